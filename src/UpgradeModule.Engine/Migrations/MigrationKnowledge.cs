using System.Globalization;
using System.Text.RegularExpressions;
using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Migrations;

/// <summary>What an app definition knows of migrations, by their names.</summary>
internal sealed class MigrationKnowledge
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private readonly VersionScheme _scheme;
    private readonly MigrationSpec _migrations;
    private readonly Dictionary<string, MigrationNoteSpec> _named;
    private readonly List<(Regex Pattern, MigrationNoteSpec Note)> _patterns;
    private readonly Regex? _major;
    private readonly HashSet<string> _ignored;

    /// <summary>Reads what a definition knows.</summary>
    /// <param name="spec">The app definition; it has migrations.</param>
    public MigrationKnowledge(AppSpec spec)
    {
        _scheme = VersionScheme.Of(spec);
        _migrations = spec.Migrations ?? new MigrationSpec();
        _named = _migrations.Known.Where(note => note.Name is not null).ToDictionary(note => note.Name!, StringComparer.Ordinal);
        _patterns = [.. _migrations.Known.Where(note => note.Pattern is not null).Select(note => (Made(note.Pattern!), note))];
        _major = _migrations.MajorPattern is { } pattern ? Made(pattern) : null;
        _ignored = _migrations.IgnoredForMajor.ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>What is known of a migration.</summary>
    /// <param name="name">Its name.</param>
    public MigrationNoteSpec? Note(string name) => _named.GetValueOrDefault(name) ?? _patterns.Find(known => known.Pattern.IsMatch(name)).Note;

    /// <summary>Its way back.</summary>
    /// <param name="name">Its name.</param>
    public MigrationRollback Rollback(string name) => Note(name)?.Rollback switch
    {
        "reversible" => MigrationRollback.Reversible,
        "noop" => MigrationRollback.NoOp,
        "gate" => MigrationRollback.Gate,
        _ => MigrationRollback.Unknown,
    };

    /// <summary>The release that brought it.</summary>
    /// <param name="name">Its name.</param>
    public AppVersion? Release(string name) => Note(name)?.Release is { } text && _scheme.TryParse(text, out var parsed) ? parsed.Version : null;

    /// <summary>The major that it belongs to: the one of its release, else the one that its name tells. Forerunners and back-ports tell none.</summary>
    /// <param name="name">Its name.</param>
    public int? Major(string name)
    {
        if (Release(name) is { } release) return _scheme.Major(release);
        if (_major is null || _ignored.Contains(name)) return null;
        var match = _major.Match(name);
        return match.Success && int.TryParse(match.Groups["major"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : null;
    }

    /// <summary>Whether the major is told by migrations' names at all.</summary>
    public bool TellsMajor => _major is not null;

    /// <summary>The record of a migration that people see.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="entry">The migration.</param>
    /// <param name="order">Its place.</param>
    public AppMigration Describe(AppDeployment deployment, MigrationEntry entry, int order) => new()
    {
        Deployment = deployment.Name,
        App = deployment.App,
        Order = order,
        Id = entry.Name,
        Author = entry.Author,
        RanOn = entry.RanOn,
        File = entry.File,
        Result = entry.Result,
        Release = Release(entry.Name),
        Major = Major(entry.Name),
        Rollback = Rollback(entry.Name),
    };

    private static Regex Made(string pattern) => new(pattern, RegexOptions.CultureInvariant, Patience);
}
