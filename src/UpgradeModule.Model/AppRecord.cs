namespace UpgradeModule;

/// <summary>
/// What all records that the cmdlets give out have in common. PowerShell looks up what it knows of a type by the type's ancestors too, so that
/// the module's types file says once, for all of them, that they go through Clixml, jobs and remoting whole.
/// </summary>
public abstract record AppRecord;
