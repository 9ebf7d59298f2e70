namespace UpgradeModule.Tests.Support;

/// <summary>The other tests of databases that share one PostgreSQL server: sessions, faults, restores, ways back.</summary>
[CollectionDefinition("Postgres")]
public class PostgresCollection : ICollectionFixture<PostgresFixture>;
