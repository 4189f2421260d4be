; The installer for Windows, of the folder that python -m tools.package makes. Inno Setup 6 compiles it:
;   iscc /DVersion=0.2.0 app\tools\package\windows\dosar.iss
; Nobody needs to be an administrator; the data stay when Dosar is removed.

#ifndef Version
  #error Name the version: /DVersion=0.2.0
#endif
#ifndef Folder
  #define Folder "..\..\..\..\dist\Dosar"
#endif
#ifndef Architecture
  #define Architecture "x64compatible"
#endif

[Setup]
AppId={{8B8C1D0E-6D0A-4C58-9D3B-3A5E6B1F0C77}
AppName=Dosar
AppVersion={#Version}
AppPublisher=Dosar
VersionInfoVersion={#Version}
DefaultDirName={autopf}\Dosar
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
ArchitecturesAllowed={#Architecture}
ArchitecturesInstallIn64BitMode={#Architecture}
MinVersion=10.0
OutputDir=..\..\..\..\dist
OutputBaseFilename=dosar-{#Version}-windows-setup
SetupIconFile={#Folder}\dosar.ico
UninstallDisplayIcon={app}\dosar-desktop.exe
UninstallDisplayName=Dosar
Compression=lzma2
SolidCompression=yes
WizardStyle=modern
ShowLanguageDialog=auto

[Languages]
Name: "ro"; MessagesFile: "compiler:Default.isl,romanian.isl"
Name: "en"; MessagesFile: "compiler:Default.isl"

[CustomMessages]
ro.WithWindows=Pornește Dosar odată cu Windows
en.WithWindows=Start Dosar with Windows
ro.Demo=Dosar (demo, cazuri inventate)
en.Demo=Dosar (demo, invented cases)
ro.StillRunning=Dosar funcționează încă. Opriți-l din fereastra lui, apoi încercați din nou.
en.StillRunning=Dosar is still running. Stop it in its window, then try again.
ro.DataKept=Programul a fost înlăturat. Datele organizației au rămas neatinse, criptate, în%n%n%1%n%nUn Dosar instalat din nou le găsește acolo. Ștergeți folderul numai dacă nu mai aveți nevoie de date.
en.DataKept=The program was removed. The data of the organisation were left untouched, encrypted, in%n%n%1%n%nA Dosar that is installed again finds them there. Delete the folder only if the data are no longer needed.

[Tasks]
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; GroupDescription: "{cm:AdditionalIcons}"
Name: "withwindows"; Description: "{cm:WithWindows}"; GroupDescription: "{cm:AdditionalIcons}"; Flags: unchecked

[InstallDelete]
; libraries of the version before, which this one may no longer have
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "{#Folder}\*"; DestDir: "{app}"; Flags: recursesubdirs createallsubdirs ignoreversion

[Icons]
Name: "{autoprograms}\Dosar"; Filename: "{app}\dosar-desktop.exe"; AppUserModelID: "Dosar"
Name: "{autoprograms}\{cm:Demo}"; Filename: "{app}\dosar-desktop.exe"; Parameters: "--demo"
Name: "{autodesktop}\Dosar"; Filename: "{app}\dosar-desktop.exe"; AppUserModelID: "Dosar"; Tasks: desktopicon

[Registry]
Root: HKCU; Subkey: "Software\Microsoft\Windows\CurrentVersion\Run"; ValueType: string; ValueName: "Dosar"; ValueData: """{app}\dosar-desktop.exe"" --in-background"; Tasks: withwindows

[Run]
Filename: "{app}\dosar-desktop.exe"; Description: "{cm:LaunchProgram,Dosar}"; Flags: nowait postinstall skipifsilent

[Code]
function StopDosar: Boolean;
var
  DosarFile: String;
  ExitCode: Integer;
begin
  DosarFile := ExpandConstant('{app}\dosar.exe');
  Result := not FileExists(DosarFile);
  if not Result then
    Result := Exec(DosarFile, 'stop', '', SW_HIDE, ewWaitUntilTerminated, ExitCode) and (ExitCode = 0);
end;

function PrepareToInstall(var NeedsRestart: Boolean): String;
begin
  Result := '';
  if not StopDosar then
    Result := CustomMessage('StillRunning');
end;

function InitializeUninstall: Boolean;
begin
  Result := StopDosar;
  if not Result then
    SuppressibleMsgBox(CustomMessage('StillRunning'), mbError, MB_OK, IDOK);
end;

procedure CurUninstallStepChanged(CurUninstallStep: TUninstallStep);
begin
  if CurUninstallStep = usUninstall then
    RegDeleteValue(HKCU, 'Software\Microsoft\Windows\CurrentVersion\Run', 'Dosar');
  if CurUninstallStep = usPostUninstall then
    SuppressibleMsgBox(FmtMessage(CustomMessage('DataKept'), [ExpandConstant('{localappdata}\dosar')]), mbInformation, MB_OK, IDOK);
end;
