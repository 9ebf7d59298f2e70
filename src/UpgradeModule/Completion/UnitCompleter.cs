namespace UpgradeModule.Completion;

/// <summary>Completes the names of systemd's services.</summary>
internal sealed class UnitCompleter() : HostPlaceCompleter(AppHostKind.Systemd);
