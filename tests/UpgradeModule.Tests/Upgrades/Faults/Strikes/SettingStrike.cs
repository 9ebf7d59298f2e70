using UpgradeModule.Tests.Upgrades.Live;

namespace UpgradeModule.Tests.Upgrades.Faults.Strikes;

/// <summary>A new version is no good: it never gets healthy, or its migration fails. It is mended by a setting that is taken away.</summary>
/// <param name="name">What it is.</param>
/// <param name="setting">The setting that makes it so.</param>
/// <param name="value">Its value, where it is set in the middle; else it is there from the beginning.</param>
internal sealed class SettingStrike(string name, string setting, string? value = null) : Strike(name)
{
    public override TimeSpan Timeout => TimeSpan.FromSeconds(6);

    public override Task BlowAsync(IFaultScene scene) => value is null ? Task.CompletedTask : ((LiveScene)scene).SetAsync(setting, value);

    public override Task MendAsync(IFaultScene scene) => scene is LiveScene live ? live.ForgetAsync(setting) : Task.CompletedTask;
}
