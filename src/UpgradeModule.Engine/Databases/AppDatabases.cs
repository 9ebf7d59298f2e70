using UpgradeModule.Engine.Databases.H2;
using UpgradeModule.Engine.Databases.H2.Contained;
using UpgradeModule.Engine.Databases.Mongo;
using UpgradeModule.Engine.Databases.MySql;
using UpgradeModule.Engine.Databases.Postgres;
using UpgradeModule.Engine.Databases.Sqlite;

namespace UpgradeModule.Engine.Databases;

/// <summary>The database engines. A new one is a new folder and one line here.</summary>
public sealed class AppDatabases
{
    private readonly Dictionary<DatabaseEngine, Func<DatabaseAccess, IOperationContext, IAppDatabase>> _engines = new()
    {
        [DatabaseEngine.Postgres] = (access, operation) => new PostgresDatabase(access, operation),
        [DatabaseEngine.H2] = (access, _) => access.Target is { Container.Length: > 0, Path: not null } ? new H2ContainedDatabase(access) : new H2Database(access),
        [DatabaseEngine.Mongo] = (access, operation) => new MongoDatabase(access, operation),
        [DatabaseEngine.MySql] = (access, operation) => new MySqlDatabase(access, operation),
        [DatabaseEngine.Sqlite] = (access, _) => new SqliteDatabase(access.Target),
    };

    /// <summary>Gives a database to work with. Nothing is connected to yet.</summary>
    /// <param name="access">The database and its log-ins.</param>
    /// <param name="operation">Who is told.</param>
    /// <exception cref="UpgradeException"><c>EngineNotSupported</c>.</exception>
    public IAppDatabase Open(DatabaseAccess access, IOperationContext operation)
    {
        if (_engines.TryGetValue(access.Target.Engine, out var open)) return open(access, operation);
        throw new UpgradeException("EngineNotSupported", UpgradeErrorCategory.NotImplemented, access.Target, $"This version of the module can't work with {access.Target.Engine} databases; it can with {string.Join(" and ", _engines.Keys)}.", "Back it up with the engine's own tools and upgrade by hand.");
    }
}
