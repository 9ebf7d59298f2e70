using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Tests.Support;

/// <summary>An image that a test makes.</summary>
internal sealed record TestImage
{
    /// <summary>Its name: <c>um-test/thing:1</c>.</summary>
    public required string Reference { get; init; }

    /// <summary>Its layers, lowest first.</summary>
    public required IReadOnlyList<TestLayer> Layers { get; init; }

    /// <summary>What its containers run: Cmd, Entrypoint, Env, Labels, ExposedPorts, Volumes, User, WorkingDir, Healthcheck …</summary>
    public ContainerConfig Config { get; init; } = new();

    /// <summary>The processor that it says it is for.</summary>
    public string Architecture { get; init; } = System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64";
}
