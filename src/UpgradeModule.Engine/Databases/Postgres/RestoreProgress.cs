using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>The progress of a restore, by whichever reader.</summary>
internal static class RestoreProgress
{
    // pg_restore tells the tables that it fills, not how long its indexes take.
    private const double RowsEnd = 60;

    /// <summary>Begins: by the rows of the tables, until the reader knows more.</summary>
    /// <param name="operation">Who is told.</param>
    /// <param name="activity">What is done.</param>
    /// <param name="subject">What it is done to.</param>
    /// <param name="content">The backup's data.</param>
    public static WorkProgress Begin(IOperationContext operation, string activity, string subject, BackupContent content)
    {
        var progress = new WorkProgress(operation, activity, subject);
        var sizes = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var table in content.Tables) sizes[table.Table.Replace("\"", "", StringComparison.Ordinal)] = table.Rows;
        progress.Begin(new WorkStage { Size = sizes.Values.Sum(), Parts = content.Tables.Count, Sizes = sizes, Bytes = false, To = RowsEnd });
        return progress;
    }
}
