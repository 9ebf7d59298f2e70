namespace UpgradeModule.Tests.Support;

/// <summary>The tests that share one container engine.</summary>
[CollectionDefinition("Containers")]
public class ContainersCollection : ICollectionFixture<ContainerEngineFixture>, ICollectionFixture<PodmanFixture>;
