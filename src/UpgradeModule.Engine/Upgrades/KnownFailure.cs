using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>Gives failures of the system that people meet again and again an id and a remedy, wherever in a run they come from.</summary>
internal static class KnownFailure
{
    /// <summary>The failure with its id and remedy; as it is where it has them, or is none that is known.</summary>
    /// <param name="failure">The failure.</param>
    public static Exception Of(Exception failure) => DiskSpace.IsFull(failure)
        ? new UpgradeException("DiskFull", UpgradeErrorCategory.LimitsExceeded, (failure as FileNotFoundException)?.FileName ?? "disk", $"A disk is full: {failure.Message.TrimEnd('.')}.", "Free some space there, then do it again.", failure)
        : failure;
}
