namespace UpgradeModule.Tests.Support;

/// <summary>A shell script named docker that keeps what it was asked and answers as told: no engine, only what a client says.</summary>
public sealed class FakeDocker : IDisposable
{
    private readonly TempFolder _folder = new();

    /// <summary>Makes one.</summary>
    /// <param name="answers">The branches of a case over its first argument; <c>$calls</c> is the folder that it may keep things in.</param>
    public FakeDocker(string answers)
    {
        Skip.If(OperatingSystem.IsWindows(), "The program is a shell script.");
        var program = _folder.File("docker");
        File.WriteAllText(program, $"#!/bin/sh\ncalls='{_folder.Path}'\necho \"$*\" >> \"$calls/calls\"\ncase \"$1\" in\n{answers}\nesac\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>The folder where it lies, to look for it in.</summary>
    public string Directory => _folder.Path;

    /// <summary>What it was asked, a line each.</summary>
    public IReadOnlyList<string> Calls => File.ReadAllLines(_folder.File("calls"));

    /// <summary>A file that it kept.</summary>
    public string Kept(string name) => _folder.File(name);

    public void Dispose() => _folder.Dispose();
}
