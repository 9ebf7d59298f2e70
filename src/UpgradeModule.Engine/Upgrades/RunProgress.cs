namespace UpgradeModule.Engine.Upgrades;

/// <summary>One activity for the run with its percentage, and beneath it one for the action under way.</summary>
internal sealed class RunProgress(IOperationContext operation, string activity, int total)
{
    private int _done;

    /// <summary>An action begins.</summary>
    /// <param name="title">What it does.</param>
    public void Begin(string title)
    {
        operation.Progress(new OperationProgress { Activity = activity, Status = title, Percent = total == 0 ? 0 : Math.Min(100, 100.0 * _done / total) });
        operation.Progress(new OperationProgress { Activity = title, Status = "…", Parent = activity });
    }

    /// <summary>An action ended.</summary>
    /// <param name="title">What it did.</param>
    /// <param name="wayBack">Whether it was one of the way back, which has no percentage.</param>
    public void End(string title, bool wayBack = false)
    {
        if (!wayBack) _done++;
        operation.Progress(new OperationProgress { Activity = title, Parent = activity, Completed = true });
    }

    /// <summary>The run ended.</summary>
    public void Complete() => operation.Progress(new OperationProgress { Activity = activity, Percent = 100, Completed = true });
}
