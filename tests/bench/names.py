"""Names and words of fictional people, with the diacritics that make searching and sorting work."""

LAST_NAMES = (
    "Popescu", "Ionescu", "Țurcanu", "Șerban", "Ștefănescu", "Rusu", "Munteanu", "Ceban", "Bălan", "Cîrlan",
    "Moraru", "Țîrdea", "Lupașcu", "Rotaru", "Ciobanu", "Grăjdeanu", "Bejenaru", "Botnaru", "Vlădescu",
    "Dumitrașcu", "Căldăraru", "Neagu", "Stănescu", "Pîrvu", "Olărescu", "Mânăstireanu", "Brânză", "Gheorghiță",
    "Șoimaru", "Țăranu", "Hîncu", "Râșcanu", "Cojocaru", "Zaporojan", "Tănase", "Iordăchescu", "Bîrsan", "Enache",
    "Păduraru", "Crețu", "Vieru", "Dănilă", "Șchiopu", "Ursachi", "Nistor-Popa", "Arădoaie", "Fărcaș", "Mîndru",
    "Sârbu", "Țepordei",
)
WOMEN = (
    "Maria", "Ana", "Elena", "Ioana", "Ștefania", "Mădălina", "Cătălina", "Ilinca", "Sînziana", "Țața", "Doina",
    "Rodica", "Lăcrămioara", "Anișoara", "Natalia", "Viorica", "Ludmila", "Mihaela", "Brândușa", "Ecaterina",
)
MEN = (
    "Ion", "Vasile", "Ștefan", "Mihai", "Cătălin", "Gheorghiță", "Răzvan", "Alexandru", "Dănuț", "Florin", "Sîrghie",
    "Nicușor", "Andrei", "Tănase", "Ilie",
)
PLACES = (
    "Hîncești", "Bălți", "Iași", "Târgu Mureș", "Călărași", "Ștefan Vodă", "Săcele", "Făgăraș", "Ungheni", "Vaslui",
)
PHRASES = (
    "școala și grădinița din sat", "sprijin pentru chirie", "relație bună cu bunica", "vizită la domiciliu",
    "însoțire la medic", "lecții de pregătire", "căutarea unui loc de muncă", "acte de identitate noi",
)
STORY = (
    "Familia a primit vizita cu încredere. Copiii merg la școală, iar mama caută un loc de muncă aproape de casă. "
    "S-a convenit o nouă întâlnire peste o lună și sprijin pentru cheltuielile de transport."
)
