using System.Globalization;

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
        var key = settings.Get(name);
        if (key is null && settings.Names.Contains(name, StringComparer.Ordinal))
        {
            // An instance that never had a key may well have the empty setting of an example.
            if (await context.Services.LastKey(context.Deployment, null, cancellationToken).ConfigureAwait(false) is { HadKey: false })
            {
                return [Finding.Warning($"The setting {name} is there and empty, as it was without a key when the newest backup was made: the data is taken for unencrypted.", "Remove the setting, so that nobody takes it for a key.", name)];
            }

            return [Finding.Blocker($"The setting {name} is there and empty: the application would take its data for unencrypted.", "Set the key, or remove the setting if there never was one.", name)];
        }

        if (key?.Length < ShortestKey)
        {
            return [Finding.Blocker($"The key in {name} is shorter than {ShortestKey} characters: the application refuses it.", "Set the key with which the data was encrypted.", name)];
        }

        return await context.Services.LastKey(context.Deployment, key, cancellationToken).ConfigureAwait(false) is { } memory && Compare(context, name, key is not null, memory) is { } finding ? [finding] : [];
    }

    private static Finding? Compare(ReadinessContext context, string name, bool hasKey, KeyMemory memory)
    {
        var backup = string.Create(CultureInfo.InvariantCulture, $"the newest backup ({memory.Backup.Id} of {memory.Backup.Created:yyyy-MM-dd HH:mm} UTC)");
        return (memory.HadKey, hasKey) switch
        {
            (true, false) => Finding.Blocker($"{name} is not set, and it was when {backup} was made: the data is encrypted.", "Set the key that was set then.", name),
            (true, true) when memory.Same == false => Finding.Blocker($"The key in {name} is another one than the one under which {backup} was made.", "Set the key that was set then. If it was changed on purpose, with the application's own command, make a backup under the new one first: Backup-AppDatabase.", name),
            (false, true) => Finding.Warning($"{name} is set, and it was not when {backup} was made: from now on {context.Deployment.Spec.DisplayName} encrypts what it stores, and newer versions the whole of it at their start.", "Keep the key in a safe place: without it neither the data nor a backup of it can be read.", name),
            _ => null,
        };
    }
}
