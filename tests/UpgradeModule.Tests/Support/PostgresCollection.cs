namespace UpgradeModule.Tests.Support;

/// <summary>The tests that share one PostgreSQL server.</summary>
[CollectionDefinition("Postgres")]
public class PostgresCollection : ICollectionFixture<PostgresFixture>;
