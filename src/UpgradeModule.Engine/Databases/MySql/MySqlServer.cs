using UpgradeModule.Engine.Databases.Programs;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>A MySQL or MariaDB server with the application's database on it.</summary>
internal sealed class MySqlServer : IAsyncDisposable
{
    private readonly ProgramPlaces _places;

    /// <summary>Names a server; nothing is connected to.</summary>
    /// <param name="access">The database and its log-ins.</param>
    /// <param name="operation">Who is told.</param>
    public MySqlServer(DatabaseAccess access, IOperationContext operation)
        : this(access, new ProgramPlaces(access, MySqlLogIn.UsualPort, operation) { Local = new LocalPrograms { Folders = WindowsFolders() } })
    {
    }

    /// <summary>Names a server whose programs are where a test has put them.</summary>
    /// <param name="access">The database and its log-ins.</param>
    /// <param name="places">Where the programs are.</param>
    public MySqlServer(DatabaseAccess access, ProgramPlaces places)
    {
        _places = places;
        var target = access.Target;
        IsKnown = target.Server is { Length: > 0 } || target.Container is { Length: > 0 };
        Name = target.Name ?? "";
        Live = new MySqlLogIn(target, access.Credential ?? new DatabaseCredential(target.User ?? "root", ""));
        Admin = access.Maintenance is { } maintenance ? new MySqlLogIn(target, maintenance) : Live;
        Tools = new MySqlTools(places);
    }

    /// <summary>Whether there is a server at all.</summary>
    public bool IsKnown { get; }

    /// <summary>The live database.</summary>
    public string Name { get; }

    /// <summary>The application's log-in.</summary>
    public MySqlLogIn Live { get; }

    /// <summary>The log-in that may make and drop databases, else the application's.</summary>
    public MySqlLogIn Admin { get; }

    /// <summary>The programs.</summary>
    public MySqlTools Tools { get; }

    /// <summary>Opens a session in the live database as the application.</summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<MySqlSession> OpenLiveAsync(CancellationToken cancellationToken) => await MySqlSession.OpenAsync(await Tools.ClientAsync(cancellationToken).ConfigureAwait(false), Live, Name, cancellationToken).ConfigureAwait(false);

    /// <summary>Opens a session beside the live database, with the rights for it where they were given.</summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<MySqlSession> OpenAdminAsync(CancellationToken cancellationToken) => await MySqlSession.OpenAsync(await Tools.ClientAsync(cancellationToken).ConfigureAwait(false), Admin, null, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _places.DisposeAsync();

    private static IReadOnlyList<string> WindowsFolders()
    {
        if (!OperatingSystem.IsWindows()) return [];
        var root = Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles);
        var mysql = Path.Combine(root, "MySQL");
        IEnumerable<string> found = [.. Directory.EnumerateDirectories(root, "MariaDB *"), .. Directory.Exists(mysql) ? Directory.EnumerateDirectories(mysql) : []];
        return [.. found.Select(folder => Path.Combine(folder, "bin"))];
    }
}
