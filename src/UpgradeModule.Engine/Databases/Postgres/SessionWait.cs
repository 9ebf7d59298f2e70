namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>What is done about the sessions of others that are in the way of a statement.</summary>
internal sealed record SessionWait
{
    /// <summary>How long any session is waited for.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The application's role; <see langword="null"/> where it isn't known.</summary>
    public string? OwnRole { get; init; }

    /// <summary>
    /// How long sessions of the application's role are waited for, where there are no others: the server notices only a moment later that a
    /// process which was just stopped has gone.
    /// </summary>
    public TimeSpan OwnPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The database whose sessions are ended, as far as the role may; <see langword="null"/> where all are left alone.</summary>
    public string? EndedIn { get; init; }

    /// <summary>What else can be done about those that stay, as a sentence; <see langword="null"/> where there is nothing else.</summary>
    public string? OtherRemedy { get; init; }

    /// <summary>Who is told of the sessions that were ended.</summary>
    public IOperationContext? Told { get; init; }

    /// <summary>How long these sessions are waited for.</summary>
    /// <param name="sessions">The sessions.</param>
    public TimeSpan For(IReadOnlyList<PostgresSession> sessions) =>
        OwnRole is not null && OwnPatience > Patience && sessions.Count > 0 && sessions.All(session => session.Role == OwnRole) ? OwnPatience : Patience;
}
