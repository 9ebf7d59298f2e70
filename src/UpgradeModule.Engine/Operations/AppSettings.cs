namespace UpgradeModule.Engine.Operations;

/// <summary>The settings that an application is given, and where each comes from. It may hold secrets and never leaves the engine.</summary>
public sealed class AppSettings
{
    private readonly Dictionary<string, (string Value, string Source)> _values = new(StringComparer.Ordinal);

    /// <summary>
    /// The directory that relative paths in settings start at, where the application's files are not this machine's: a container's working directory. Paths
    /// are written with slashes then. <see langword="null"/> where they are this machine's.
    /// </summary>
    public string? ForeignDirectory { get; set; }

    /// <summary>The names of the settings.</summary>
    public IEnumerable<string> Names => _values.Keys;

    /// <summary>Sets one; a later one replaces an earlier one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    /// <param name="source">Where it comes from: a file, a reference.</param>
    public void Set(string name, string value, string source) => _values[name] = (value, source);

    /// <summary>Takes one away.</summary>
    /// <param name="name">Its name.</param>
    public void Remove(string name) => _values.Remove(name);

    /// <summary>Gets a value.</summary>
    /// <param name="name">Its name; <see langword="null"/> gives <see langword="null"/>.</param>
    /// <returns>The value, or <see langword="null"/> where it is not set or empty.</returns>
    public string? Get(string? name) => name is not null && _values.TryGetValue(name, out var entry) && entry.Value.Length > 0 ? entry.Value : null;

    /// <summary>Tells where a setting comes from.</summary>
    /// <param name="name">Its name.</param>
    public string? SourceOf(string? name) => name is not null && _values.TryGetValue(name, out var entry) ? entry.Source : null;

    /// <summary>The names only: values may be secrets.</summary>
    public override string ToString() => string.Join(", ", _values.Keys);
}
