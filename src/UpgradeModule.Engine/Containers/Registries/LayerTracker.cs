using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Engine.Containers.Registries;

/// <summary>Makes one entry a layer of what an engine tells while it pulls.</summary>
internal sealed class LayerTracker(IProgress<LayerProgress>? progress)
{
    private readonly Dictionary<string, long> _totals = new(StringComparer.Ordinal);
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);

    /// <summary>The digest that the engine names at the end; Podman doesn't.</summary>
    public string? Digest { get; private set; }

    /// <summary>Takes a line in.</summary>
    /// <param name="message">The line.</param>
    public void Take(TransferMessage message)
    {
        const string DigestPrefix = "Digest: ";
        if (message.Status is not { } status) return;
        if (status.StartsWith(DigestPrefix, StringComparison.Ordinal)) Digest = status[DigestPrefix.Length..].Trim();
        if (string.IsNullOrEmpty(message.Id) || Phase(status) is not { } phase) return;
        var bytes = string.IsNullOrEmpty(message.Detail?.Units);
        if (bytes && message.Detail?.Total is > 0 and long told) _totals[message.Id] = told;
        long? total = _totals.TryGetValue(message.Id, out var known) ? known : null;
        var current = phase is LayerPhase.Downloaded or LayerPhase.Complete or LayerPhase.Existing ? total ?? 0 : bytes ? message.Detail?.Current ?? 0 : 0;
        if (phase is LayerPhase.Complete or LayerPhase.Existing) _open.Remove(message.Id);
        else _open.Add(message.Id);
        progress?.Report(new LayerProgress(message.Id, phase, current, total));
    }

    /// <summary>Ends the layers that the engine left open: Podman says no more once one is downloaded.</summary>
    public void Finish()
    {
        foreach (var layer in _open.Order(StringComparer.Ordinal))
        {
            long? total = _totals.TryGetValue(layer, out var known) ? known : null;
            progress?.Report(new LayerProgress(layer, LayerPhase.Complete, total ?? 0, total));
        }

        _open.Clear();
    }

    private static LayerPhase? Phase(string status) => status switch
    {
        "Pulling fs layer" or "Waiting" or "Retrying" => LayerPhase.Waiting,
        "Downloading" or "Copying blob" => LayerPhase.Downloading,
        "Verifying Checksum" or "Download complete" => LayerPhase.Downloaded,
        "Extracting" => LayerPhase.Extracting,
        "Pull complete" => LayerPhase.Complete,
        "Already exists" => LayerPhase.Existing,
        _ => null,
    };
}
