namespace UpgradeModule.Engine.Apps;

/// <summary>A request to the application and what it must answer.</summary>
public sealed record HttpProbeSpec
{
    /// <summary>The path from the base address: <c>/api/health</c>.</summary>
    public string Path { get; set; } = "";

    /// <summary>The method.</summary>
    public string Method { get; set; } = "GET";

    /// <summary>Status codes that are as expected.</summary>
    public IReadOnlyList<int> Status { get; set; } = [200];

    /// <summary>A regular expression that the body must match.</summary>
    public string? Body { get; set; }

    /// <summary>Values that the JSON body must have, by dotted path; <c>{version}</c> and <c>{tag}</c> stand for the expected version.</summary>
    public IReadOnlyDictionary<string, string> Json { get; set; } = new Dictionary<string, string>();

    /// <summary>How long an answer may take, in seconds.</summary>
    public int TimeoutSeconds { get; set; } = 5;
}
