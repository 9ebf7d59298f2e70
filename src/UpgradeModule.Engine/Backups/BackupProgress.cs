namespace UpgradeModule.Engine.Backups;

/// <summary>Tells how far the work on a backup is, no oftener than anybody could see.</summary>
internal sealed class BackupProgress(IOperationContext operation, string activity)
{
    /// <summary>Tells what is being done.</summary>
    /// <param name="status">What.</param>
    public void Tell(string status) => operation.Progress(new OperationProgress { Activity = activity, Status = status });

    /// <summary>Gives what counts bytes.</summary>
    /// <param name="status">What is being done.</param>
    /// <param name="total">How many bytes there are.</param>
    public Action<int> Count(string status, long total)
    {
        long done = 0;
        long told = -1;
        return bytes =>
        {
            done += bytes;
            var percent = total <= 0 ? 100 : Math.Min(100, done * 100 / total);
            if (percent == told) return;
            told = percent;
            operation.Progress(new OperationProgress { Activity = activity, Status = status, Percent = percent });
        };
    }

    /// <summary>Tells that it is over.</summary>
    public void End() => operation.Progress(new OperationProgress { Activity = activity, Completed = true });
}
