namespace UpgradeModule.Engine.Apps;

/// <summary>What versions from one on need of something beneath them.</summary>
public sealed record RequirementSpec
{
    /// <summary><c>java</c>, <c>postgres</c>, <c>mysql</c>, <c>mariadb</c>, <c>mongodb</c>, <c>mongodb-fcv</c> (its feature compatibility version), <c>redis</c>, <c>docker</c>.</summary>
    public string Name { get; set; } = "";

    /// <summary><c>runtime</c> or <c>engine</c>.</summary>
    public string Kind { get; set; } = "runtime";

    /// <summary>The first version that it holds for; it holds until another of the same name.</summary>
    public string From { get; set; } = "0";

    /// <summary>The lowest version that works.</summary>
    public string? Minimum { get; set; }

    /// <summary>The recommended version.</summary>
    public string? Recommended { get; set; }

    /// <summary>The highest version that works.</summary>
    public string? Maximum { get; set; }

    /// <summary>What is to be known besides.</summary>
    public string? Note { get; set; }

    /// <summary>Arguments with which that runtime is to be started: <c>--add-opens java.base/java.nio=ALL-UNNAMED</c>.</summary>
    public IReadOnlyList<string> Arguments { get; set; } = [];
}
