namespace UpgradeModule.Tests.Support;

/// <summary>The tests of a PostgreSQL whose programs are in its container alone.</summary>
[CollectionDefinition("PostgresInContainer")]
public class PostgresInContainerCollection : ICollectionFixture<PostgresInContainerFixture>;
