namespace UpgradeModule;

/// <summary>
/// A failure that a person can do something about. It carries what an error record needs, so that each failure has the same id and
/// target wherever it surfaces. Its message says what failed and why, and what to do next; it never holds a secret.
/// </summary>
public sealed class UpgradeException : Exception
{
    /// <summary>Makes a failure.</summary>
    /// <param name="errorId">Its id: one word, never renamed.</param>
    /// <param name="category">Its category.</param>
    /// <param name="target">The thing that failed: a path, a server, a deployment's name.</param>
    /// <param name="message">What failed and why.</param>
    /// <param name="remedy">What to do next.</param>
    /// <param name="inner">The cause.</param>
    public UpgradeException(string errorId, UpgradeErrorCategory category, object? target, string message, string? remedy = null, Exception? inner = null)
        : base(remedy is null ? message : message + " " + remedy, inner)
    {
        ErrorId = errorId;
        Category = category;
        Target = target;
        Reason = message;
        Remedy = remedy;
    }

    /// <summary>The id: one word, never renamed.</summary>
    public string ErrorId { get; }

    /// <summary>The category.</summary>
    public UpgradeErrorCategory Category { get; }

    /// <summary>The thing that failed.</summary>
    public object? Target { get; }

    /// <summary>What failed and why: the message without what to do next, for those who know better what that is.</summary>
    public string Reason { get; }

    /// <summary>What to do next, where there is something to do.</summary>
    public string? Remedy { get; }

    /// <summary>What belongs to it and is too long for a sentence, such as the last lines of a log. It is no part of the message.</summary>
    public string? Detail { get; init; }
}
