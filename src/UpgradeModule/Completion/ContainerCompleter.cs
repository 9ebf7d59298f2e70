namespace UpgradeModule.Completion;

/// <summary>Completes the names of containers.</summary>
internal sealed class ContainerCompleter() : HostPlaceCompleter(AppHostKind.Docker);
