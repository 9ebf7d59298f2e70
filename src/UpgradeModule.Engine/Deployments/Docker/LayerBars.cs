using System.Collections.Concurrent;
using UpgradeModule.Engine.Containers;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>Shows how far a pull is: one bar for the whole, one a layer.</summary>
/// <param name="operation">Who is told.</param>
/// <param name="activity">What is being pulled.</param>
internal sealed class LayerBars(IOperationContext operation, string activity) : IProgress<LayerProgress>
{
    private readonly ConcurrentDictionary<string, LayerProgress> _layers = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public void Report(LayerProgress value)
    {
        var before = _layers.TryGetValue(value.Id, out var known) ? known : null;
        _layers[value.Id] = value;
        var done = IsDone(value);
        if (done && (before is null || IsDone(before))) return;
        operation.Progress(new OperationProgress
        {
            Activity = $"Layer {value.Id}",
            Status = value.Phase.ToString(),
            Percent = value.Total is > 0 and var total ? Math.Clamp(100.0 * value.Current / total, 0, 100) : null,
            Parent = activity,
            Completed = done,
        });
        var finished = _layers.Values.Count(IsDone);
        operation.Progress(new OperationProgress { Activity = activity, Status = FormattableString.Invariant($"{finished} of {_layers.Count} layers"), Percent = 100.0 * finished / _layers.Count });
    }

    /// <summary>Takes the bars away.</summary>
    public void End()
    {
        foreach (var layer in _layers.Values.Where(static layer => !IsDone(layer))) operation.Progress(new OperationProgress { Activity = $"Layer {layer.Id}", Status = "Done", Parent = activity, Completed = true });
        operation.Progress(new OperationProgress { Activity = activity, Status = "Done", Completed = true });
    }

    private static bool IsDone(LayerProgress layer) => layer.Phase is LayerPhase.Complete or LayerPhase.Existing;
}
