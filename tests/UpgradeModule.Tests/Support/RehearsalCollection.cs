namespace UpgradeModule.Tests.Support;

/// <summary>The tests of rehearsals, on a PostgreSQL server of their own.</summary>
[CollectionDefinition("Rehearsal")]
public class RehearsalCollection : ICollectionFixture<PostgresFixture>;
