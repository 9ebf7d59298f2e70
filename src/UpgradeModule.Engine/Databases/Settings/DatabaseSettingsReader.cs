using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Settings;

/// <summary>Reads from an application's settings where its database is, by its definition.</summary>
internal sealed class DatabaseSettingsReader
{
    private readonly DeploymentContext _context;
    private readonly SettingsView _settings;
    private readonly string _workingDirectory;
    private readonly string? _foreignDirectory;

    /// <summary>Prepares to read.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="settings">Its settings.</param>
    public DatabaseSettingsReader(DeploymentContext context, AppSettings settings)
    {
        _context = context;
        var host = context.Deployment.Settings;
        _workingDirectory = host.WorkingDirectory ?? (host.ArtifactPath is null ? null : Path.GetDirectoryName(host.ArtifactPath)) ?? Directory.GetCurrentDirectory();
        _foreignDirectory = settings.ForeignDirectory;
        _settings = new SettingsView(settings, context.Spec.Settings.FileSuffix, _workingDirectory, context.Deployment.Name);
    }

    /// <summary>Reads.</summary>
    /// <exception cref="UpgradeException"><c>DatabaseSettingsInvalid</c>.</exception>
    public FoundDatabase Read()
    {
        var spec = _context.Spec.Settings.Database ?? throw new UpgradeException("DatabaseSettingsInvalid", UpgradeErrorCategory.InvalidData, _context.Deployment.Name, $"The definition of '{_context.Spec.Name}' doesn't say where the application's database is found in its settings.", "Give the deployment its database.");
        return _settings.Get(spec.Uri) is { } address ? FromAddress(spec, address) : FromSingles(spec);
    }

    private FoundDatabase FromAddress(DatabaseSettingsSpec spec, string address)
    {
        var parts = AddressParser.Parse(address.Trim(), spec.UriDecodesCredentials, Named(spec), reason => _settings.Invalid(spec.Uri!, reason));
        var source = _settings.Sources(spec.Uri, spec.User, spec.Password);
        if (parts.Path is { } file) return new FoundDatabase(FileTarget(parts.Engine, file, parts.Engine == DatabaseEngine.H2 ? spec.FileSuffix : null, source, spec.Uri!) with { User = parts.User }, parts.Password);
        // A role and password that are set beside the address win over those in it.
        var user = _settings.Get(spec.User) ?? parts.User;
        var target = new DatabaseTarget { Engine = parts.Engine, Server = parts.Server ?? spec.DefaultHost ?? "localhost", Port = parts.Port, Name = parts.Name ?? (parts.Engine == DatabaseEngine.Mongo ? spec.DefaultName : user), User = user, SslMode = parts.SslMode, AuthenticationDatabase = parts.AuthenticationDatabase, FromSettings = true, Source = source };
        if (target.Name is null && target.Engine != DatabaseEngine.Mongo) throw _settings.Invalid(spec.Uri!, "the address names no database");
        return new FoundDatabase(target, _settings.Get(spec.Password) ?? parts.Password);
    }

    private FoundDatabase FromSingles(DatabaseSettingsSpec spec)
    {
        var engine = Named(spec) ?? throw _settings.Invalid(spec.Type ?? spec.Uri ?? "the settings", "nothing tells the database engine");
        if (engine is DatabaseEngine.Sqlite or DatabaseEngine.H2)
        {
            var file = _settings.Get(spec.File) ?? spec.DefaultFile ?? throw _settings.Invalid(spec.File ?? spec.Uri ?? "the settings", "nothing tells the database's file");
            return new FoundDatabase(FileTarget(engine, file, spec.FileSuffix, _settings.Sources(spec.Type, spec.File), spec.File ?? "the default file"), null);
        }

        var user = _settings.Get(spec.User);
        var target = new DatabaseTarget
        {
            Engine = engine,
            Server = _settings.Get(spec.Host) ?? spec.DefaultHost ?? "localhost",
            Port = _settings.Port(spec.Port),
            Name = _settings.Get(spec.Name) ?? user ?? throw _settings.Invalid(spec.Name ?? spec.Uri ?? "the settings", "nothing tells the database's name"),
            User = user,
            FromSettings = true,
            Source = _settings.Sources(spec.Type, spec.Host, spec.Port, spec.Name, spec.User),
        };
        return new FoundDatabase(target, _settings.Get(spec.Password));
    }

    private DatabaseEngine? Named(DatabaseSettingsSpec spec)
    {
        if (_settings.Get(spec.Type) is not { } value) return spec.DefaultEngine is null ? null : Engine(spec.DefaultEngine, spec);
        var known = spec.TypeValues.FirstOrDefault(pair => string.Equals(pair.Key, value, StringComparison.OrdinalIgnoreCase)).Value;
        if (known is null && spec.TypeValues.Count > 0) throw _settings.Invalid(spec.Type!, $"it must be one of {string.Join(", ", spec.TypeValues.Keys)}");
        return Engine(known ?? value, spec);
    }

    private DatabaseEngine Engine(string name, DatabaseSettingsSpec spec) =>
        Enum.TryParse<DatabaseEngine>(name, ignoreCase: true, out var engine) && Enum.IsDefined(engine) ? engine : throw _settings.Invalid(spec.Type ?? "the definition", $"it must be one of {string.Join(", ", Enum.GetNames<DatabaseEngine>())}");

    private DatabaseTarget FileTarget(DatabaseEngine engine, string file, string? suffix, string source, string setting)
    {
        if (file.Length == 0 || file == ":memory:") throw _settings.Invalid(setting, "the database is in memory and has no file");
        var path = _foreignDirectory is null ? Path.GetFullPath(Path.Combine(_workingDirectory, file)) : Foreign(_foreignDirectory, file);
        if (suffix is not null && !path.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)) path += suffix;
        return new DatabaseTarget { Engine = engine, Path = path, FromSettings = true, Source = source };
    }

    // The path of a container, which isn't this machine's and may not even be of its kind.
    private static string Foreign(string directory, string file)
    {
        var parts = new List<string>();
        foreach (var part in (file.StartsWith('/') ? file : directory + "/" + file).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..") parts.RemoveRange(Math.Max(0, parts.Count - 1), Math.Min(1, parts.Count));
            else if (part != ".") parts.Add(part);
        }

        return "/" + string.Join('/', parts);
    }
}
