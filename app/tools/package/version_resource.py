"""What Windows shows of the program under *Properties*: who made it and which version it is."""

from string import Template

RESOURCE = Template("""\
VSVersionInfo(
  ffi=FixedFileInfo(filevers=$numbers, prodvers=$numbers, mask=0x3f, flags=0x0, OS=0x40004, fileType=0x1, subtype=0x0),
  kids=[
    StringFileInfo([
      StringTable('040904B0', [
        StringStruct('CompanyName', 'Dosar'),
        StringStruct('FileDescription', 'Dosar'),
        StringStruct('FileVersion', '$version'),
        StringStruct('InternalName', 'dosar'),
        StringStruct('LegalCopyright', 'Apache License 2.0'),
        StringStruct('ProductName', 'Dosar'),
        StringStruct('ProductVersion', '$version'),
      ]),
    ]),
    VarFileInfo([VarStruct('Translation', [0x0409, 1200])]),
  ],
)
""")


def version_resource(version: str) -> str:
    """The text that PyInstaller reads; Windows knows versions of four numbers only."""
    numbers = [int(part) if part.isdigit() else 0 for part in version.split(".")]
    return RESOURCE.substitute(version=version, numbers=tuple([*numbers, 0, 0, 0, 0][:4]))
