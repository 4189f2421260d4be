; What the installer says in Romanian; it comes over the English of Inno Setup, which has no Romanian of its own.

[LangOptions]
LanguageName=Română
LanguageID=$0418

[Messages]
SetupAppTitle=Instalare
SetupWindowTitle=Instalare - %1
UninstallAppTitle=Dezinstalare
UninstallAppFullTitle=Dezinstalare %1
InformationTitle=Informație
ConfirmTitle=Confirmare
ErrorTitle=Eroare
ExitSetupTitle=Ieșire din instalare
ExitSetupMessage=Instalarea nu este încheiată. Dacă ieșiți acum, programul nu va fi instalat.%n%nO puteți relua altă dată.%n%nIeșiți?
ButtonBack=< Îna&poi
ButtonNext=&Înainte >
ButtonInstall=&Instalează
ButtonOK=OK
ButtonCancel=Anulează
ButtonYes=&Da
ButtonNo=&Nu
ButtonFinish=&Încheie
ButtonBrowse=&Alege…
ButtonWizardBrowse=A&lege…
ButtonNewFolder=&Folder nou
SelectLanguageTitle=Limba instalării
SelectLanguageLabel=Alegeți limba folosită la instalare.
ClickNext=Apăsați Înainte ca să continuați sau Anulează ca să ieșiți.
WizardSelectDir=Locul programului
SelectDirDesc=Unde se instalează [name]?
SelectDirLabel3=[name] se instalează în folderul următor.
SelectDirBrowseLabel=Apăsați Înainte ca să continuați. Ca să alegeți alt folder, apăsați Alege.
DiskSpaceMBLabel=Este nevoie de cel puțin [mb] MB liberi pe disc.
DirExistsTitle=Folderul există
DirExists=Folderul%n%n%1%n%nexistă deja. Instalați totuși în el?
WizardSelectTasks=Opțiuni
SelectTasksDesc=Ce se face pe lângă instalare?
SelectTasksLabel2=Alegeți ce se mai face la instalarea [name], apoi apăsați Înainte.
WizardReady=Gata de instalare
ReadyLabel1=[name] poate fi instalat acum pe acest calculator.
ReadyLabel2a=Apăsați Instalează ca să continuați sau Înapoi ca să schimbați ceva.
ReadyLabel2b=Apăsați Instalează ca să continuați.
ReadyMemoDir=Locul programului:
ReadyMemoTasks=Opțiuni:
WizardPreparing=Pregătirea instalării
PreparingDesc=Se pregătește instalarea [name] pe acest calculator.
WizardInstalling=Instalare
InstallingLabel=Așteptați până când [name] este instalat.
FinishedHeadingLabel=Instalarea [name] s-a încheiat
FinishedLabelNoIcons=[name] a fost instalat pe acest calculator.
FinishedLabel=[name] a fost instalat pe acest calculator. Îl porniți cu pictograma lui.
ClickFinish=Apăsați Încheie ca să ieșiți.
StatusExtractFiles=Se copiază fișierele…
StatusCreateIcons=Se creează scurtăturile…
StatusSavingUninstall=Se notează cum se dezinstalează…
StatusRunProgram=Se încheie instalarea…
StatusRollback=Se anulează schimbările…
ConfirmUninstall=Înlăturați programul %1? Datele organizației rămân.
UninstallStatusLabel=Așteptați până când %1 este înlăturat de pe acest calculator.
UninstalledAll=%1 a fost înlăturat de pe acest calculator.
UninstalledMost=%1 a fost dezinstalat.%n%nUnele fișiere nu au putut fi șterse; le puteți șterge dumneavoastră.
WizardUninstalling=Dezinstalare
StatusUninstalling=Se dezinstalează %1…

[CustomMessages]
NameAndVersion=%1 versiunea %2
AdditionalIcons=Pe lângă aceasta:
CreateDesktopIcon=O pictogramă pe &desktop
UninstallProgram=Dezinstalează %1
LaunchProgram=Pornește %1
