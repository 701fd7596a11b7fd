"""Words that invented people, firms and places are made of. Countries are real, nobody else is."""

FIRST_NAMES = (
    "Alba", "Benno", "Carys", "Dorian", "Edda", "Fintan", "Greta", "Hamza", "Ilse", "Jarek",
    "Kezia", "Lorcan", "Maren", "Nadim", "Orla", "Piers", "Quilla", "Rhona", "Soren", "Tamsin",
    "Ulric", "Verity", "Wilf", "Xanthe", "Yorick", "Zuleika",
)  # fmt: skip
LAST_NAMES = (
    "Ashgrove", "Bellweather", "Crake", "D'Arcy", "Eskdale", "Fenwold", "Garrowby", "Hexwick", "Inglethorpe", "Jessop",
    "Kettlewick", "Larkrise", "Marlpit", "Nethersole", "O'Dell", "Pockridge", "Quarrell", "Ramsgill", "Sallowfield",
    "Thornbeck", "Umberley", "Varley", "Wintergill", "Yarrowby", "O'Rafferty", "Zeal",
)  # fmt: skip
FIRM_TAILS = ("Ltd", "and Sons", "Trading", "Group", "PLC", "& Daughters")

DEPARTMENT_NAMES = (
    "Sales", "Purchasing", "Production", "Dispatch", "Finance", "Facilities", "Communications", "HR",
)  # fmt: skip
OTHER_DEPARTMENT_NAMES = (
    "Accounts", "Atelier", "Customer Care", "Despatch", "Estates", "People", "Press Office", "Print Room",
)  # fmt: skip
# 'Leds' is a slip that the real shop has, too.
DEPARTMENT_LOCATIONS = ("Manchester", "Manchester", "Leeds", "Leds", "Manchester", "Manchester", "Leeds", "Leeds")
TOWNS = ("Manchester", "Leeds", "Leds", "Sheffield", "York")

STREETS = (
    "Cordwain",
    "Millrace",
    "Tanners",
    "Ropewalk",
    "Weavers",
    "Orchard",
    "Canal",
    "Foundry",
    "Linden",
    "St Bride's",
)
STREET_TAILS = ("Street", "Lane", "Row", "Wharf", "Yard", "Road", "Terrace")
SECOND_LINES = ("Unit 4", "Unit 12b", "Rear Gate", "Floor 2", "Old Dye House", "Bay 9")
DISTRICTS = ("Upper Wharfedale", "Northmoor", "Eastfen", "Lower Marsh", "Hallamside", "King's Quarter")
CITIES = (
    "Aldermoor", "Brackwater", "Cinderford Bay", "Dunmarsh", "Ebbfleet Cross", "Fallowham", "Grimsdyke", "Havenport",
    "Ironbeck", "Kestrel's Rest", "Longmere", "Marrowby", "New Thirlby", "Oxpasture", "Port Selwick",
)  # fmt: skip
COUNTRIES = (
    "United Kingdom", "Lao People's Democratic Republic", "Ireland", "Côte d'Ivoire", "Portugal", "Japan", "Canada",
    "Democratic People's Republic of Korea", "Uruguay", "Iceland", "Bosnia and Herzegovina", "Kenya",
    "Falkland Islands (Malvinas)", "New Zealand", "Trinidad and Tobago",
)  # fmt: skip

MATERIALS = (
    "Bamboo", "Canvas", "Cork", "Cotton", "Denim", "Felt", "Hemp", "Jute", "Leather", "Linen",
    "Nylon", "Oilcloth", "Raffia", "Sailcloth", "Suede", "Tweed", "Velvet", "Wool",
)  # fmt: skip
FOLDERS = (
    "/usr",
    "/usr/share",
    "/usr/local/src",
    "/opt",
    "/opt/lib",
    "/private",
    "/srv",
    "/var/spool",
    "/home/studio",
    "/mnt",
)
