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

    /// <summary>A setting that must be present.</summary>
    public string? Setting { get; set; }

    /// <summary>A command for the application's MongoDB, as JSON, whose field <c>n</c> or <c>ok</c> is the value.</summary>
    public string? Mongo { get; set; }

    /// <summary>The value expected: a text, or a comparison such as <c>&gt;0</c> or <c>!=true</c>. Empty: any value but none, 0 and false.</summary>
    public string? Expect { get; set; }
}
