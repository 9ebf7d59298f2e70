namespace UpgradeModule.Engine.Databases.Postgres.Scratch;

/// <summary>A PostgreSQL server made for one proof; disposing it removes it.</summary>
internal interface IThrowAwayServer : IAsyncDisposable
{
    /// <summary>The log-in of its superuser.</summary>
    PostgresLogIn LogIn { get; }
}
