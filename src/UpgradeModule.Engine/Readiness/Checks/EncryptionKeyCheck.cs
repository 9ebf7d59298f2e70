namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>The key with which the application encrypts data is one it can use. The key itself is never told.</summary>
internal sealed class EncryptionKeyCheck : IReadinessCheck
{
    private const int ShortestKey = 16;

    /// <inheritdoc/>
    public string Name => "EncryptionKey";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        if (context.Deployment.Spec.Settings.EncryptionKey is not { } name) return [];
        var settings = await context.SettingsAsync().ConfigureAwait(false);
        if (!settings.Names.Contains(name, StringComparer.Ordinal)) return [];
        if (settings.Get(name) is not { } key)
        {
            return [Finding.Blocker($"The setting {name} is there and empty: the application would take its data for unencrypted.", "Set the key, or remove the setting if there never was one.", name)];
        }

        return key.Length >= ShortestKey
            ? []
            : [Finding.Blocker($"The key in {name} is shorter than {ShortestKey} characters: the application refuses it.", "Set the key with which the data was encrypted.", name)];
    }
}
