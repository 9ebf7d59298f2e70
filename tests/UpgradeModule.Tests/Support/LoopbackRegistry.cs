using System.Diagnostics;
using System.Globalization;

namespace UpgradeModule.Tests.Support;

/// <summary>A registry of images on a free port of the loopback, with a log-in or without: Debian's docker-registry. Engines take 127.0.0.0/8 without TLS.</summary>
public sealed class LoopbackRegistry : IAsyncDisposable
{
    public const string User = "um-user";
    public const string Password = "s3cret+/=:x";

    // The password's bcrypt hash, as htpasswd writes it.
    private const string LogIn = User + ":$2b$05$PN09pqlxWILihbokj43lBuKzEQp3PtmQn1PUiOMRwQnAU8W3ehFfa\n";

    private readonly TempFolder _folder;
    private readonly BackgroundProgram _program;

    private LoopbackRegistry(TempFolder folder, BackgroundProgram program, int port)
    {
        _folder = folder;
        _program = program;
        Host = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
    }

    /// <summary>Its host and port: <c>127.0.0.1:5000</c>.</summary>
    public string Host { get; }

    /// <summary>The right log-in.</summary>
    public static RegistryCredential Credential => new(User, Password);

    /// <summary>Starts one; skips the test where docker-registry is not installed.</summary>
    public static async Task<LoopbackRegistry> StartAsync(bool logIn = false)
    {
        var program = BackgroundProgram.Find("docker-registry");
        Skip.If(program is null, "docker-registry is not installed.");
        var folder = new TempFolder();
        var port = SampleApps.FreePort();
        var users = folder.File("users");
        await File.WriteAllTextAsync(users, LogIn);
        var config = folder.File("config.yml");
        var auth = logIn ? $"auth:\n  htpasswd:\n    realm: test\n    path: {users}\n" : "";
        await File.WriteAllTextAsync(config, $"version: 0.1\nlog:\n  level: warn\nstorage:\n  filesystem:\n    rootdirectory: {folder.File("data")}\n  delete:\n    enabled: true\nhttp:\n  addr: 127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}\n{auth}");
        var registry = new LoopbackRegistry(folder, BackgroundProgram.Start(program!, ["serve", config], folder.File("log")), port);
        try
        {
            await registry.AwaitAsync();
            return registry;
        }
        catch
        {
            await registry.DisposeAsync();
            throw;
        }
    }

    /// <summary>A name in this registry: <c>127.0.0.1:5000/group/name:tag</c>.</summary>
    public string Reference(string nameAndTag) => $"{Host}/{nameAndTag}";

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        _folder.Dispose();
    }

    private async Task AwaitAsync()
    {
        using var client = new HttpClient();
        for (var since = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            try
            {
                using var answer = await client.GetAsync($"http://{Host}/v2/");
                return;
            }
            catch (HttpRequestException failure)
            {
                if (since.Elapsed > TimeSpan.FromSeconds(20) || _program.HasEnded) throw new InvalidOperationException("The registry doesn't start: " + _program.LastWords, failure);
            }
        }
    }
}
