using System.Text.Json;
using System.Text.RegularExpressions;

namespace UpgradeModule.Engine.Apps.Checks;

/// <summary>What the checks of a definition share: the definition, its scheme, and the small questions that several ask.</summary>
internal sealed class CheckContext(AppSpec spec, ProblemList problems, bool withPatterns)
{
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);

    /// <summary>The definition.</summary>
    public AppSpec Spec { get; } = spec;

    /// <summary>Its version scheme.</summary>
    public VersionScheme Scheme { get; } = VersionScheme.Of(spec);

    /// <summary>Adds a mistake.</summary>
    /// <param name="path">The JSON path.</param>
    /// <param name="reason">What is wrong, and what is expected.</param>
    public void Add(string path, string reason) => problems.Add(path, reason);

    /// <summary>A text that must not be empty.</summary>
    /// <param name="path">The JSON path.</param>
    /// <param name="value">The text.</param>
    /// <param name="what">What the text is, for the message.</param>
    public void Required(string path, string? value, string what)
    {
        if (string.IsNullOrWhiteSpace(value)) Add(path, $"{what} is missing.");
    }

    /// <summary>A text that must be one of a few.</summary>
    /// <param name="path">The JSON path.</param>
    /// <param name="value">The text.</param>
    /// <param name="allowed">What it may be.</param>
    public void OneOf(string path, string? value, params ReadOnlySpan<string> allowed)
    {
        foreach (var text in allowed)
        {
            if (text == value) return;
        }

        Add(path, $"'{value}' is not known here. Give one of: {string.Join(", ", allowed.ToArray())}.");
    }

    /// <summary>A number that must be above zero.</summary>
    /// <param name="path">The JSON path.</param>
    /// <param name="value">The number.</param>
    public void Positive(string path, int value)
    {
        if (value <= 0) Add(path, "The number must be above 0.");
    }

    /// <summary>A version by the definition's own scheme, where one is given.</summary>
    /// <param name="path">The JSON path.</param>
    /// <param name="text">The text.</param>
    /// <returns>The version in the form that compares; <see langword="null"/> where the text is empty or wrong.</returns>
    public AppVersion? Version(string path, string? text)
    {
        if (text is null) return null;
        if (Scheme.TryParse(text, out var parsed)) return Scheme.Neutral(parsed.Version);
        Add(path, $"'{text}' is not a version by the scheme '{Spec.Versions.Scheme}'.");
        return null;
    }

    /// <summary>A version of something beneath the application, such as Java 11 or PostgreSQL 12.</summary>
    /// <param name="path">The JSON path.</param>
    /// <param name="text">The text.</param>
    public void ForeignVersion(string path, string? text)
    {
        if (text is not null && !AppVersion.TryParse(text, out _)) Add(path, $"'{text}' is not a version: give dotted numbers such as 11 or 8.0.17.");
    }

    /// <summary>An edition that must be one of the definition's.</summary>
    /// <param name="path">The JSON path.</param>
    /// <param name="id">The edition's id.</param>
    public void Edition(string path, string id)
    {
        if (!Scheme.Editions.Contains(id)) Add(path, $"There is no edition '{id}'. There are: {string.Join(", ", Scheme.Editions)}.");
    }

    /// <summary>Editions that must be among the definition's.</summary>
    /// <param name="path">The JSON path of the list.</param>
    /// <param name="ids">The ids.</param>
    public void Editions(string path, IReadOnlyList<string> ids)
    {
        for (var i = 0; i < ids.Count; i++) Edition($"{path}[{i}]", ids[i]);
    }

    /// <summary>A table by edition.</summary>
    /// <param name="path">The JSON path of the object.</param>
    /// <param name="values">The table.</param>
    public void EditionKeys(string path, IReadOnlyDictionary<string, string> values)
    {
        foreach (var (id, value) in values)
        {
            Edition($"{path}.{id}", id);
            Required($"{path}.{id}", value, "The value");
        }
    }

    /// <summary>A regular expression, where one is given.</summary>
    /// <param name="path">The JSON path.</param>
    /// <param name="pattern">The expression.</param>
    /// <param name="group">A group that it must have.</param>
    public void Pattern(string path, string? pattern, string? group = null)
    {
        if (pattern is null || !withPatterns) return;
        try
        {
            var regex = new Regex(pattern, RegexOptions.CultureInvariant, MatchTimeout);
            if (group is not null && !regex.GetGroupNames().Contains(group)) Add(path, $"The regular expression needs a group (?<{group}>…).");
        }
        catch (ArgumentException e)
        {
            Add(path, $"This is not a regular expression: {e.Message}");
        }
    }

    /// <summary>A JSON object in a text, where one is given.</summary>
    /// <param name="path">The JSON path.</param>
    /// <param name="json">The text.</param>
    public void JsonObject(string path, string? json)
    {
        if (json is null) return;
        try
        {
            using var parsed = JsonDocument.Parse(json);
            if (parsed.RootElement.ValueKind != JsonValueKind.Object) Add(path, "The text must be a JSON object, such as {\"count\":\"users\"}.");
        }
        catch (JsonException)
        {
            Add(path, "The text must be a JSON object, such as {\"count\":\"users\"}; this is not valid JSON.");
        }
    }

    /// <summary>A request, where one is given.</summary>
    /// <param name="path">The JSON path.</param>
    /// <param name="probe">The request.</param>
    public void Http(string path, HttpProbeSpec? probe)
    {
        if (probe is null) return;
        if (!probe.Path.StartsWith('/')) Add(path + ".path", $"'{probe.Path}' must begin with /: it is the path from the base address.");
        OneOf(path + ".method", probe.Method, "GET", "HEAD", "POST");
        if (probe.Status.Count == 0) Add(path + ".status", "At least one status code is needed.");
        for (var i = 0; i < probe.Status.Count; i++)
        {
            if (probe.Status[i] is < 100 or > 599) Add($"{path}.status[{i}]", $"{probe.Status[i]} is not an HTTP status code.");
        }

        Positive(path + ".timeoutSeconds", probe.TimeoutSeconds);
        Pattern(path + ".body", probe.Body);
    }

    /// <summary>A question, where one is given: it asks exactly one thing.</summary>
    /// <param name="path">The JSON path.</param>
    /// <param name="probe">The question.</param>
    public void Probe(string path, ProbeSpec? probe)
    {
        if (probe is null) return;
        string[] asked = [.. new[]
        {
            probe.Sql is null ? null : "sql",
            probe.Http is null ? null : "http",
            probe.File is null ? null : "file",
            probe.Setting is null ? null : "setting",
            probe.Mongo is null ? null : "mongo",
        }.OfType<string>()];
        if (asked.Length != 1)
        {
            Add(path, asked.Length == 0
                ? "The probe asks nothing: give one of sql, http, file, setting, mongo."
                : $"The probe asks {asked.Length} questions ({string.Join(", ", asked)}): give exactly one.");
        }

        Http(path + ".http", probe.Http);
        JsonObject(path + ".mongo", probe.Mongo);
        if (probe.Value is not null && probe.Mongo is null) Add(path + ".value", "Only the answer to a mongo command has a value to be picked.");
    }

    /// <summary>Texts that may occur once only.</summary>
    /// <param name="seen">Those seen so far.</param>
    /// <param name="path">The JSON path.</param>
    /// <param name="value">The text.</param>
    /// <param name="what">What it is, for the message.</param>
    public void Unique(HashSet<string> seen, string path, string value, string what)
    {
        if (value.Length > 0 && !seen.Add(value)) Add(path, $"{what} '{value}' is here twice.");
    }
}
