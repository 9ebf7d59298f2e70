using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Engine.Containers;

/// <summary>
/// A container engine: Docker, or Podman's Docker-compatible service. Containers, images, networks and volumes are named by name or id. Every member
/// may throw <see cref="UpgradeException"/> with <c>ContainerEngineUnreachable</c> (nobody answers, or there is no right to),
/// <c>ContainerEngineNotSupported</c> (no common API version, or it can't do that) and <c>ContainerEngineFailed</c> (it says no for a reason of its own);
/// the others are said at each member. No message holds a password or token.
/// </summary>
/// <remarks>docs/containers.md says why the client behind it is ours; Docker.DotNet could fill it.</remarks>
internal interface IContainerEngine : IAsyncDisposable
{
    /// <summary>Where it is, as messages say it: <c>unix:///var/run/docker.sock</c>, <c>ssh://user@host</c>.</summary>
    string Address { get; }

    /// <summary>Asks who it is and which API version both speak. The first question of any kind does so by itself; it is asked once.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<EngineVersion> GetVersionAsync(CancellationToken cancellationToken);

    /// <summary>Asks what it tells of itself and its machine.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<EngineInfo> GetInfoAsync(CancellationToken cancellationToken);

    /// <summary>Lists containers.</summary>
    /// <param name="query">Which ones.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<ContainerSummary>> ListContainersAsync(ContainerQuery query, CancellationToken cancellationToken);

    /// <summary>Looks a container up.</summary>
    /// <param name="container">Its name or id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The container; <see langword="null"/> where there is none.</returns>
    Task<ContainerInspect?> FindContainerAsync(string container, CancellationToken cancellationToken);

    /// <summary>Inspects a container.</summary>
    /// <param name="container">Its name or id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UpgradeException"><c>ContainerNotFound</c>.</exception>
    Task<ContainerInspect> InspectContainerAsync(string container, CancellationToken cancellationToken);

    /// <summary>Makes a container and connects it to all its networks; it isn't started. One that can't be connected is removed again.</summary>
    /// <param name="request">The container.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UpgradeException"><c>ContainerNameTaken</c>, <c>ImageNotFound</c>, <c>NetworkNotFound</c>, <c>PlatformMismatch</c>.</exception>
    Task<ContainerCreated> CreateContainerAsync(ContainerCreateRequest request, CancellationToken cancellationToken);

    /// <summary>Starts a container. One that runs is left as it is.</summary>
    /// <param name="container">Its name or id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UpgradeException"><c>ContainerNotFound</c>, <c>PortTaken</c>, <c>ContainerStartFailed</c> (its program isn't there, a mount's source is missing …).</exception>
    Task StartContainerAsync(string container, CancellationToken cancellationToken);

    /// <summary>Stops a container by its own stop signal, kills it after a while, and returns once it has ended. One that doesn't run is left as it is.</summary>
    /// <param name="container">Its name or id.</param>
    /// <param name="grace">How long the graceful stop may take, in whole seconds; the container's own time where <see langword="null"/>.</param>
    /// <param name="cancellationToken">Ends the wait; the engine goes on stopping it.</param>
    /// <exception cref="UpgradeException"><c>ContainerNotFound</c>.</exception>
    Task StopContainerAsync(string container, TimeSpan? grace, CancellationToken cancellationToken);

    /// <summary>Sends a signal to a container's first process.</summary>
    /// <param name="container">Its name or id.</param>
    /// <param name="signal">The signal: <c>SIGKILL</c>, <c>SIGHUP</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UpgradeException"><c>ContainerNotFound</c>, <c>ContainerNotRunning</c>.</exception>
    Task KillContainerAsync(string container, string signal, CancellationToken cancellationToken);

    /// <summary>Removes a container. One that isn't there is no mistake.</summary>
    /// <param name="container">Its name or id.</param>
    /// <param name="force">Whether it is killed first where it runs.</param>
    /// <param name="volumes">Whether its anonymous volumes, and the data in them, go too.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task RemoveContainerAsync(string container, bool force, bool volumes, CancellationToken cancellationToken);

    /// <summary>Gives a container another name.</summary>
    /// <param name="container">Its name or id.</param>
    /// <param name="name">The new name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UpgradeException"><c>ContainerNotFound</c>, <c>ContainerNameTaken</c>.</exception>
    Task RenameContainerAsync(string container, string name, CancellationToken cancellationToken);

    /// <summary>Changes a container as it is.</summary>
    /// <param name="container">Its name or id.</param>
    /// <param name="update">What is changed.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UpgradeException"><c>ContainerNotFound</c>; <c>ContainerEngineNotSupported</c>: Podman before 5 can't.</exception>
    Task UpdateContainerAsync(string container, ContainerUpdate update, CancellationToken cancellationToken);

    /// <summary>Waits until a container doesn't run.</summary>
    /// <param name="container">Its name or id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Its exit code.</returns>
    /// <exception cref="UpgradeException"><c>ContainerNotFound</c>.</exception>
    Task<int> WaitContainerAsync(string container, CancellationToken cancellationToken);

    /// <summary>Reads a container's log, line by line.</summary>
    /// <param name="container">Its name or id.</param>
    /// <param name="query">Which lines, and whether new ones are waited for.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="UpgradeException"><c>ContainerNotFound</c>; <c>ContainerEngineFailed</c>: its log driver can't be read.</exception>
    IAsyncEnumerable<LogLine> ReadLogsAsync(string container, LogQuery query, CancellationToken cancellationToken);

    /// <summary>Looks at a path inside a container, running or not.</summary>
    /// <param name="container">Its name or id.</param>
    /// <param name="path">The full path inside.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What is there; <see langword="null"/> where there is nothing.</returns>
    /// <exception cref="UpgradeException"><c>ContainerNotFound</c>.</exception>
    Task<ContainerPath?> FindPathAsync(string container, string path, CancellationToken cancellationToken);

    /// <summary>Lists what is not as in its image in a container's own file system, mounts left out; running or not.</summary>
    /// <param name="container">Its name or id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UpgradeException"><c>ContainerNotFound</c>.</exception>
    Task<IReadOnlyList<ContainerChange>> ListChangesAsync(string container, CancellationToken cancellationToken);

    /// <summary>Reads a file or folder of a container, running or not, as a tar archive.</summary>
    /// <param name="container">Its name or id.</param>
    /// <param name="path">The full path inside.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The archive, read while it arrives; to be disposed. The names in it begin with the last part of the path.</returns>
    /// <exception cref="UpgradeException"><c>ContainerNotFound</c>, <c>ContainerPathNotFound</c>.</exception>
    Task<Stream> ReadArchiveAsync(string container, string path, CancellationToken cancellationToken);

    /// <summary>Reads all files of a container, running or not, as a tar archive, without those on volumes.</summary>
    /// <param name="container">Its name or id.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The archive, read while it arrives; to be disposed. The names in it are full paths without the first slash.</returns>
    /// <exception cref="UpgradeException"><c>ContainerNotFound</c>.</exception>
    Task<Stream> ExportAsync(string container, CancellationToken cancellationToken);

    /// <summary>Writes files into a container, running or not.</summary>
    /// <param name="container">Its name or id.</param>
    /// <param name="path">The folder inside, which must be there.</param>
    /// <param name="archive">What is put there, as a tar archive; read to its end.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>ContainerNotFound</c>, <c>ContainerPathNotFound</c>.</exception>
    Task WriteArchiveAsync(string container, string path, Stream archive, CancellationToken cancellationToken);

    /// <summary>Writes files into a container, running or not, while their archive is made.</summary>
    /// <param name="container">Its name or id.</param>
    /// <param name="path">The folder inside, which must be there.</param>
    /// <param name="write">Writes a tar archive to the stream that it is given.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>ContainerNotFound</c>, <c>ContainerPathNotFound</c>.</exception>
    Task WriteArchiveAsync(string container, string path, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken);

    /// <summary>Runs a command in a running container and waits for its end.</summary>
    /// <param name="container">Its name or id.</param>
    /// <param name="request">The command.</param>
    /// <param name="output">Told each line as it comes.</param>
    /// <param name="cancellationToken">Ends the wait; the command goes on.</param>
    /// <exception cref="UpgradeException"><c>ContainerNotFound</c>, <c>ContainerNotRunning</c>.</exception>
    Task<ContainerOutcome> ExecuteAsync(string container, ExecRequest request, IProgress<LogLine>? output, CancellationToken cancellationToken);

    /// <summary>Runs a command in a running container, its input and output as streams, and waits for its end. Secrets go by the request's variables or by the input.</summary>
    /// <param name="container">Its name or id.</param>
    /// <param name="request">The command.</param>
    /// <param name="streams">What goes in and where the output goes. What they throw ends the work and is thrown here.</param>
    /// <param name="cancellationToken">Ends the wait; the command is left with the end of its input, and of who reads its output.</param>
    /// <returns>Its exit code; 126 or 127 where the container has no such program.</returns>
    /// <exception cref="UpgradeException"><c>ContainerNotFound</c>, <c>ContainerNotRunning</c>.</exception>
    Task<int> StreamAsync(string container, ExecRequest request, ExecStreams streams, CancellationToken cancellationToken);

    /// <summary>Makes a container, runs it to its end and removes it with its anonymous volumes, whatever happens.</summary>
    /// <param name="request">The container. Its restart policy and automatic removal are taken off.</param>
    /// <param name="output">Told each line as it comes.</param>
    /// <param name="cancellationToken">Ends the work: the container is killed and removed.</param>
    /// <exception cref="UpgradeException">As making and starting one.</exception>
    Task<ContainerOutcome> RunAsync(ContainerCreateRequest request, IProgress<LogLine>? output, CancellationToken cancellationToken);

    /// <summary>Lists the images on the engine's machine.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IReadOnlyList<ImageSummary>> ListImagesAsync(CancellationToken cancellationToken);

    /// <summary>Looks an image up on the engine's machine; nothing is pulled.</summary>
    /// <param name="image">Its reference or id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The image; <see langword="null"/> where it isn't there.</returns>
    Task<ImageInspect?> FindImageAsync(string image, CancellationToken cancellationToken);

    /// <summary>Inspects an image on the engine's machine; nothing is pulled.</summary>
    /// <param name="image">Its reference or id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UpgradeException"><c>ImageNotFound</c>.</exception>
    Task<ImageInspect> InspectImageAsync(string image, CancellationToken cancellationToken);

    /// <summary>Asks the registry what a reference names, without pulling it.</summary>
    /// <param name="request">The image and the log-in.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UpgradeException"><c>ImageNotFound</c>, <c>RegistryLoginFailed</c>, <c>RegistryUnreachable</c>; <c>ContainerEngineNotSupported</c>: Podman can't.</exception>
    Task<ImageDistribution> InspectDistributionAsync(ImagePullRequest request, CancellationToken cancellationToken);

    /// <summary>Pulls an image, checks its platform where one was asked for, and tells its digest.</summary>
    /// <param name="request">The image, the platform and the log-in.</param>
    /// <param name="progress">Told how far each layer is.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>ImageNotFound</c>, <c>RegistryLoginFailed</c>, <c>RegistryUnreachable</c>, <c>PlatformMismatch</c>, <c>DiskFull</c>.</exception>
    Task<PulledImage> PullImageAsync(ImagePullRequest request, IProgress<LayerProgress>? progress, CancellationToken cancellationToken);

    /// <summary>Gives an image one more tag.</summary>
    /// <param name="image">Its reference or id.</param>
    /// <param name="reference">The new one: <c>repo:tag</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UpgradeException"><c>ImageNotFound</c>.</exception>
    Task TagImageAsync(string image, string reference, CancellationToken cancellationToken);

    /// <summary>Removes a tag, and the image with its last one. One that isn't there is no mistake.</summary>
    /// <param name="image">Its reference or id.</param>
    /// <param name="force">Whether it goes although it has several tags or a stopped container.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UpgradeException"><c>ImageInUse</c>: a container uses it.</exception>
    Task RemoveImageAsync(string image, bool force, CancellationToken cancellationToken);

    /// <summary>Sends an image to its registry.</summary>
    /// <param name="request">The image, by tag, and the log-in.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>ImageNotFound</c>, <c>RegistryLoginFailed</c>, <c>RegistryUnreachable</c>.</exception>
    Task PushImageAsync(ImagePullRequest request, CancellationToken cancellationToken);

    /// <summary>Makes an image of one layer.</summary>
    /// <param name="archive">Its files, as a tar archive; read to its end.</param>
    /// <param name="reference">Its name: <c>repo:tag</c>.</param>
    /// <param name="instructions">Lines as of a Dockerfile: CMD, ENTRYPOINT, ENV, EXPOSE, ONBUILD, USER, VOLUME, WORKDIR, and LABEL where the engine takes it.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task ImportImageAsync(Stream archive, string reference, IReadOnlyList<string> instructions, CancellationToken cancellationToken);

    /// <summary>Takes in images that <c>docker save</c> wrote.</summary>
    /// <param name="archive">The archive, packed by gzip or not; read to its end.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What the engine says of it.</returns>
    Task<string> LoadImagesAsync(Stream archive, CancellationToken cancellationToken);

    /// <summary>Looks a network up.</summary>
    /// <param name="network">Its name or id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The network; <see langword="null"/> where there is none.</returns>
    Task<NetworkInspect?> FindNetworkAsync(string network, CancellationToken cancellationToken);

    /// <summary>Makes a network of the kind <c>bridge</c>.</summary>
    /// <param name="network">Its name.</param>
    /// <param name="subnet">Its addresses (<c>172.30.0.0/24</c>); the engine's choice where <see langword="null"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Its id.</returns>
    Task<string> CreateNetworkAsync(string network, string? subnet, CancellationToken cancellationToken);

    /// <summary>Removes a network. One that isn't there is no mistake.</summary>
    /// <param name="network">Its name or id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task RemoveNetworkAsync(string network, CancellationToken cancellationToken);

    /// <summary>Connects a container to a network.</summary>
    /// <param name="network">The network's name or id.</param>
    /// <param name="container">The container's name or id.</param>
    /// <param name="endpoint">Its aliases and fixed addresses there, if any.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UpgradeException"><c>NetworkNotFound</c>, <c>ContainerNotFound</c>.</exception>
    Task ConnectNetworkAsync(string network, string container, EndpointSettings? endpoint, CancellationToken cancellationToken);

    /// <summary>Takes a container out of a network. One that isn't in it is no mistake.</summary>
    /// <param name="network">The network's name or id.</param>
    /// <param name="container">The container's name or id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task DisconnectNetworkAsync(string network, string container, CancellationToken cancellationToken);

    /// <summary>Looks a volume up.</summary>
    /// <param name="volume">Its name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The volume; <see langword="null"/> where there is none.</returns>
    Task<VolumeInspect?> FindVolumeAsync(string volume, CancellationToken cancellationToken);

    /// <summary>Makes a volume; one of that name that is there already is kept.</summary>
    /// <param name="volume">Its name.</param>
    /// <param name="labels">Its labels.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<VolumeInspect> CreateVolumeAsync(string volume, IReadOnlyDictionary<string, string>? labels, CancellationToken cancellationToken);

    /// <summary>Removes a volume and the data in it. One that isn't there is no mistake.</summary>
    /// <param name="volume">Its name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task RemoveVolumeAsync(string volume, CancellationToken cancellationToken);
}
