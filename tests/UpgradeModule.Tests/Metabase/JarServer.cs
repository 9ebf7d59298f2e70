using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Metabase;

/// <summary>Serves JARs of the stand-in where Metabase's are served, below a loopback address in place of the vendor's.</summary>
internal sealed partial class JarServer : IDisposable
{
    private readonly ConcurrentDictionary<string, Task<byte[]>> _jars = new(StringComparer.Ordinal);
    private readonly LoopbackServer _server;

    public JarServer() => _server = new LoopbackServer(async context =>
    {
        var path = context.Request.Url!.AbsolutePath;
        Asked.Enqueue(context.Request.HttpMethod + " " + path);
        var match = Address().Match(path);
        if (!match.Success || Missing.Contains(path) || (match.Groups["version"].Value[0] == '1') != match.Groups["enterprise"].Success)
        {
            context.Response.StatusCode = 404;
            return;
        }

        var jar = await _jars.GetOrAdd(match.Groups["version"].Value, version => StandInJar.MakeAsync(version, h2: H2));
        context.Response.ContentLength64 = jar.Length;
        if (context.Request.HttpMethod != "HEAD") await context.Response.OutputStream.WriteAsync(jar);
    });

    public string Url => _server.Url;

    /// <summary>A JAR of H2 that is in all that are served.</summary>
    public string? H2 { get; init; }

    /// <summary>What was asked for: method and path.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    /// <summary>Paths that aren't there.</summary>
    public HashSet<string> Missing { get; } = [];

    public void Dispose() => _server.Dispose();

    [GeneratedRegex("^/(?<enterprise>enterprise/)?v(?<version>[0-9.]+)/metabase\\.jar$")]
    private static partial Regex Address();
}
