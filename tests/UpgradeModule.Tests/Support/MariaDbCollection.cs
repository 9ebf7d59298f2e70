namespace UpgradeModule.Tests.Support;

/// <summary>The tests that share one MariaDB server.</summary>
[CollectionDefinition("MariaDb")]
public class MariaDbCollection : ICollectionFixture<MariaDbFixture>, ICollectionFixture<ContainerEngineFixture>;
