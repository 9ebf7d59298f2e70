namespace UpgradeModule.Tests.Support;

/// <summary>The tests of what the module itself dumps and restores, on a PostgreSQL server of their own, beside the others.</summary>
[CollectionDefinition("PostgresManaged")]
public class PostgresManagedCollection : ICollectionFixture<PostgresFixture>;
