using UpgradeModule.Engine.Readiness.Checks;

namespace UpgradeModule.Engine.Readiness;

/// <summary>The checks. A new one is a new file and one line here.</summary>
internal static class ReadinessChecks
{
    /// <summary>All of them, in the order in which people read their findings.</summary>
    public static IReadOnlyList<IReadinessCheck> All { get; } =
    [
        new LockedCheck(),
        new ContainerEngineRightsCheck(),
        new OwnedByComposeCheck(),
        new OwnedBySwarmCheck(),
        new RemovedWhenStoppedCheck(),
        new AutoUpdaterCheck(),
        new DataInContainerCheck(),
        new DataSharedCheck(),
        new MutableTagCheck(),
        new PortPublishedCheck(),
        new ImagePresentCheck(),
        new ContainerDependentsCheck(),
        new RestartPolicyCheck(),
        new SettingTwiceCheck(),
        new UnitStartableCheck(),
        new WatchdogCheck(),
        new PathExistsCheck(),
        new ReleaseStatusCheck(),
        new EndOfLifeCheck(),
        new ManualStepsCheck(),
        new ServiceHealthyCheck(),
        new HealthProbeCheck(),
        new VersionsAgreeCheck(),
        new PortFreeCheck(),
        new ArtifactAvailableCheck(),
        new FilePermissionsCheck(),
        new HostRightsCheck(),
        new RuntimeCheck(),
        new RuntimeArgumentsCheck(),
        new SettingsCheck(),
        new EncryptionKeyCheck(),
        new DatabaseReachableCheck(),
        new DatabaseRightsCheck(),
        new BackupToolCheck(),
        new DatabaseSessionsCheck(),
        new DatabaseFileCheck(),
        new EngineVersionCheck(),
        new MigrationLockCheck(),
        new MigrationsCompleteCheck(),
        new DiskSpaceCheck(),
    ];

    /// <summary>Those that tell whether a container may be replaced at all, by an upgrade or by hand.</summary>
    public static IReadOnlyList<IReadinessCheck> OfSwap { get; } = [.. All.Where(static check =>
        check is OwnedByComposeCheck or OwnedBySwarmCheck or RemovedWhenStoppedCheck or AutoUpdaterCheck or DataInContainerCheck or ImagePresentCheck)];

    /// <summary>
    /// Those that concern a migration down. Not among them is what speaks of the newer version only: whether it is healthy, in support or there to be
    /// fetched; it may be the reason for going down.
    /// </summary>
    public static IReadOnlyList<IReadinessCheck> OfDown { get; } = [.. All.Where(static check =>
        check is LockedCheck or ContainerEngineRightsCheck or OwnedByComposeCheck or OwnedBySwarmCheck or RemovedWhenStoppedCheck or AutoUpdaterCheck or DataInContainerCheck
            or DataSharedCheck or ImagePresentCheck or ContainerDependentsCheck or RestartPolicyCheck or UnitStartableCheck or FilePermissionsCheck or HostRightsCheck or RuntimeCheck or DatabaseReachableCheck
            or DatabaseRightsCheck or BackupToolCheck or DatabaseSessionsCheck or DatabaseFileCheck or MigrationLockCheck or DiskSpaceCheck)];
}
