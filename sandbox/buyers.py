"""People who buy: invented names at invented addresses."""

# name | street | city | state | postal code | phone
_PEOPLE = {
    "US": """
Emma Johnson|742 Maple Avenue|Springfield|IL|62704-1201|+1 217-555-0101
Liam O'Brien|18 Harbor Street Apt 4B|Boston|MA|02110-1401|+1 617-555-0102
Olivia Garcia|905 Congress Avenue|Austin|TX|78701-2403|+1 512-555-0103
Noah Williams|1200 Pine Street|Seattle|WA|98101-1504|+1 206-555-0104
Ava Nguyen|88 Market Street|San Francisco|CA|94105-2205|+1 415-555-0105
Mason Brown|31 Peachtree Road NE|Atlanta|GA|30309-3206|+1 404-555-0106
Sophia Martínez|400 Biscayne Boulevard|Miami|FL|33132-1207|+1 305-555-0107
James Smith|77 Wacker Drive Suite 900|Chicago|IL|60601-1608|+1 312-555-0108
""",
    "CA": """
Charlotte Tremblay|1250 Rue Sainte-Catherine O|Montréal|QC|H3B 1B5|+1 514-555-0111
William MacDonald|55 Bloor Street W|Toronto|ON|M4W 1A5|+1 416-555-0112
""",
    "DE": """
Jürgen Müller|Königsstraße 12|Nürnberg|Bayern|90402|+49 911 5550121
Anna Weiß|Große Bleichen 5|Hamburg|Hamburg|20354|+49 40 5550122
Lukas Schäfer|Hauptstraße 88|Köln|Nordrhein-Westfalen|50667|+49 221 5550123
Sophie Krüger|Prenzlauer Allee 210|Berlin|Berlin|10405|+49 30 5550124
Maximilian Groß|Schlossplatz 3|Stuttgart|Baden-Württemberg|70173|+49 711 5550125
Lena Hoffmann|Am Römerberg 1|Frankfurt am Main|Hessen|60311|+49 69 5550126
""",
    "FR": """
Chloé Lefèvre|14 Rue de l'Église|Lyon|Auvergne-Rhône-Alpes|69002|+33 4 55 55 01 31
Hugo Bernard|3 Place du Capitole|Toulouse|Occitanie|31000|+33 5 55 55 01 32
""",
    "GB": """
Oliver Taylor|10 King Street|Manchester|Greater Manchester|M2 4LQ|+44 161 555 0141
Amelia Evans|22 Queen Street|Cardiff|Wales|CF10 2BQ|+44 29 5555 0142
""",
    "JP": """
佐藤 花子|丸の内1-1-1|千代田区|東京都|100-0005|03-5555-0151
鈴木 一郎|梅田3-2-1|大阪市北区|大阪府|530-0001|06-5555-0152
""",
    "AU": """
Jack Wilson|5 George Street|Sydney|NSW|2000|+61 2 5550 0161
Isla Kelly|40 Collins Street|Melbourne|VIC|3000|+61 3 5550 0162
""",
}


def random_buyer(rng, country):
    """Buyer's name and delivery address in this country."""
    lines = _PEOPLE.get(country, _PEOPLE["US"]).strip().split("\n")
    name, street, city, state, postal_code, phone = rng.choice(lines).split("|")
    return name, {
        "name": name,
        "addressLine1": street,
        "city": city,
        "stateOrRegion": state,
        "postalCode": postal_code,
        "countryCode": country,
        "phone": phone,
        "addressType": "RESIDENTIAL",
    }


def anonymous_email(rng, marketplace):
    return f"{rng.getrandbits(60):015x}@marketplace.{marketplace.domain}"
