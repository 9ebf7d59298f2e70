using System.Management.Automation;

namespace UpgradeModule.Errors;

/// <summary>Makes every error record of the module.</summary>
internal static class ErrorFactory
{
    /// <summary>The id of a failure that nobody foresaw.</summary>
    public const string UnexpectedId = "UnexpectedError";

    /// <summary>Makes a record of a failure.</summary>
    /// <param name="exception">The failure.</param>
    /// <param name="target">What failed, where the failure itself doesn't tell.</param>
    public static ErrorRecord Create(Exception exception, object? target) => exception switch
    {
        UpgradeException known => new ErrorRecord(known, known.ErrorId, Category(known.Category), known.Target ?? target)
        {
            // The views show the remedy on a line of its own; the exception's message has both.
            ErrorDetails = new ErrorDetails(Text(known)) { RecommendedAction = known.Remedy ?? "" },
        },
        { InnerException: { } inner } when Known(inner) is { } known => Create(known, target),
        IContainsErrorRecord { ErrorRecord: { } own } when own.CategoryInfo.Category != ErrorCategory.NotSpecified => new ErrorRecord(own, exception),
        _ => new ErrorRecord(exception, UnexpectedId, ErrorCategory.InvalidResult, target)
        {
            ErrorDetails = new ErrorDetails($"{exception.Message} (This failure was not foreseen: {exception.GetType().Name}.)")
            {
                RecommendedAction = "Run the command again with -Verbose, and report what it says with the text of $Error[0] | Format-List * -Force.",
            },
        },
    };

    // The runtime wraps what its resolving handler throws: a module whose engine is missing says so.
    private static UpgradeException? Known(Exception? exception) => exception as UpgradeException ?? (exception?.InnerException is { } inner ? Known(inner) : null);

    private static string Text(UpgradeException known) => known.Detail is { } detail ? known.Reason + Environment.NewLine + detail : known.Reason;

    /// <summary>The category of PowerShell that has the same name.</summary>
    /// <param name="category">The engine's category.</param>
    public static ErrorCategory Category(UpgradeErrorCategory category) =>
        Enum.TryParse<ErrorCategory>(category.ToString(), out var same) ? same : ErrorCategory.InvalidResult;
}
