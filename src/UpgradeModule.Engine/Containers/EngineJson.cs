using System.Text.Json;
using System.Text.Json.Serialization;
using UpgradeModule.Engine.Containers.Addresses;
using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Engine.Containers;

/// <summary>The JSON of the Engine API: the records' names are the API's own, and what is not set is not sent.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(VersionAnswer))]
[JsonSerializable(typeof(EngineMessage))]
[JsonSerializable(typeof(EngineInfo))]
[JsonSerializable(typeof(ContainerInspect))]
[JsonSerializable(typeof(IReadOnlyList<ContainerSummary>))]
[JsonSerializable(typeof(ContainerCreated))]
[JsonSerializable(typeof(ContainerUpdate))]
[JsonSerializable(typeof(ImageInspect))]
[JsonSerializable(typeof(IReadOnlyList<ImageSummary>))]
[JsonSerializable(typeof(NetworkInspect))]
[JsonSerializable(typeof(VolumeInspect))]
[JsonSerializable(typeof(ExecRequest))]
[JsonSerializable(typeof(EndpointSettings))]
[JsonSerializable(typeof(TransferMessage))]
[JsonSerializable(typeof(DistributionAnswer))]
[JsonSerializable(typeof(DistributionPlatform))]
[JsonSerializable(typeof(WaitAnswer))]
[JsonSerializable(typeof(ExecAnswer))]
[JsonSerializable(typeof(PathAnswer))]
[JsonSerializable(typeof(IReadOnlyList<ContainerChange>))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(RegistryAuth))]
[JsonSerializable(typeof(HelperAnswer))]
[JsonSerializable(typeof(DockerConfig))]
[JsonSerializable(typeof(Dictionary<string, IReadOnlyList<string>>))]
internal sealed partial class EngineJson : JsonSerializerContext;
