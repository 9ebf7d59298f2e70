namespace UpgradeModule.Engine.Apps;

/// <summary>A question with an expected answer. Exactly one kind of question is set.</summary>
public sealed record ProbeSpec
{
    /// <summary>A query on the application database that gives one value.</summary>
    public string? Sql { get; set; }

    /// <summary>A request to the application.</summary>
    public HttpProbeSpec? Http { get; set; }

    /// <summary>A path, relative to the working directory, that must exist.</summary>
    public string? File { get; set; }

    /// <summary>A setting that must be present. With * for any characters, the value is how many settings match: <c>SHARELATEX_*</c>.</summary>
    public string? Setting { get; set; }

    /// <summary>
    /// A command for the application's MongoDB, as JSON; its <c>$db</c> names another database. The value is the field <see cref="Value"/> of
    /// the answer, else <c>n</c>, else <c>ok</c>; of an aggregate, the field <c>n</c> of its first document, 0 where it gives none.
    /// </summary>
    public string? Mongo { get; set; }

    /// <summary>The dotted path of the value in the answer to <see cref="Mongo"/>.</summary>
    public string? Value { get; set; }

    /// <summary>The value expected: a text, or a comparison such as <c>&gt;0</c> or <c>!=true</c>. Empty: any value but none, 0 and false.</summary>
    public string? Expect { get; set; }
}
