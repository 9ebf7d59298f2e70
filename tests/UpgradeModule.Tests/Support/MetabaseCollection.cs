namespace UpgradeModule.Tests.Support;

/// <summary>The tests of Metabase, on a PostgreSQL server of their own: they are long, and needn't wait for the other tests of PostgreSQL.</summary>
[CollectionDefinition("Metabase")]
public class MetabaseCollection : ICollectionFixture<PostgresFixture>;
