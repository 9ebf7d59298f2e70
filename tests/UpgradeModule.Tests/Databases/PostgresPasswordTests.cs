using System.Text;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.Postgres;
using UpgradeModule.Engine.Databases.Postgres.Programs;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases;

[Collection("Postgres")]
public class PostgresPasswordTests(PostgresFixture postgres)
{
    private const string Planted = @"pl:ant\ed pässword\: of '#*";

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_a_dump_runs_no_child_shows_the_password_and_afterwards_no_file_holds_it(bool cancelled)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Processes are looked at by /proc.");
        var access = await CreateAsync();
        await PostgresFixture.RunAsync(access, "CREATE TABLE big AS SELECT i, md5(i::text) || md5((i + 1)::text) AS t FROM generate_series(1, 400000) i");
        using var folder = new TempFolder();
        using var cancel = new CancellationTokenSource();
        var children = new List<(string CommandLine, string Environment)>();
        var modes = new List<UnixFileMode>();
        using var over = new CancellationTokenSource();
        var look = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                children.AddRange(Children());
                foreach (var file in PassFiles(children))
                {
                    try
                    {
                        modes.AddRange([File.GetUnixFileMode(file), File.GetUnixFileMode(Path.GetDirectoryName(file)!)]);
                    }
                    catch (IOException)
                    {
                        // It is gone with the program that read it.
                    }
                }

                if (cancelled && children.Exists(IsDump)) await cancel.CancelAsync();
                await Task.Delay(10);
            }
        });
        var dump = postgres.Open(access).DumpAsync(folder.Path, [], new BackupOptions { Engine = BackupEngine.PgDump }, new RecordingOperation(), cancel.Token);
        if (cancelled) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dump);
        else Assert.Equal(400_000, (await dump).Tables.Sum(table => table.Rows));
        await over.CancelAsync();
        await look;
        Assert.Contains(children, IsDump);
        Assert.DoesNotContain(children, child => Holds(child.CommandLine) || Holds(child.Environment));
        Assert.Equal([UnixFileMode.UserRead | UnixFileMode.UserWrite, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute], modes.Take(2));
        Assert.DoesNotContain(PassFiles(children), file => File.Exists(file) || Directory.Exists(Path.GetDirectoryName(file)));
    }

    private static bool IsDump((string CommandLine, string Environment) child) =>
        child.CommandLine.Contains("pg_dump", StringComparison.Ordinal) && child.Environment.Contains("PGPASSFILE=", StringComparison.Ordinal);

    [SkippableFact]
    public async Task A_program_that_fails_leaves_no_file_and_its_complaint_is_without_the_password()
    {
        Skip.If(OperatingSystem.IsWindows(), "The program is a shell's.");
        var logIn = LogIn("hunter:2");
        var seen = new List<string>();
        var result = await ProgramRun.ExecuteAsync("/bin/sh", ["-c", "echo \"$PGPASSFILE\"; cat \"$PGPASSFILE\"; echo 'error: hunter:2 is wrong' >&2; exit 3"], logIn, null, line =>
        {
            seen.Add(line);
            return true;
        }, CancellationToken.None);
        Assert.Equal((3, "error: *** is wrong"), (result.ExitCode, result.Complaint));
        Assert.Equal(@"*:*:*:*:hunter\:2", seen[1]);
        Assert.False(File.Exists(seen[0]) || Directory.Exists(Path.GetDirectoryName(seen[0])));
    }

    [SkippableFact]
    public async Task What_a_killed_process_left_behind_is_removed_by_the_next_run()
    {
        Skip.If(OperatingSystem.IsWindows(), "The program is a shell's.");
        using var pass = PassFile.Write(LogIn("secret"))!;
        var mine = Path.GetFileName(Path.GetDirectoryName(pass.Path)!).Split('_');
        var left = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"{mine[0]}_{mine[1]}_{int.MaxValue}_{mine[3]}_0")).FullName;
        await File.WriteAllTextAsync(Path.Combine(left, Path.GetFileName(pass.Path)), "secret");
        await ProgramRun.ExecuteAsync("/bin/sh", ["-c", "true"], LogIn("other"), null, null, CancellationToken.None);
        Assert.False(Directory.Exists(left));
        Assert.True(File.Exists(pass.Path));
    }

    [Fact]
    public void A_password_with_a_line_break_is_refused_without_being_told()
    {
        var failure = Assert.Throws<UpgradeException>(() => PassFile.Write(LogIn("two\nlines")));
        Assert.Equal("DatabaseSettingsInvalid", failure.ErrorId);
        Assert.DoesNotContain("two", failure.ToString(), StringComparison.Ordinal);
        Assert.Null(PassFile.Write(LogIn("")));
    }

    private static PostgresLogIn LogIn(string password) => new() { Server = "127.0.0.1", Database = "app", Credential = new DatabaseCredential("app", password) };

    private static bool Holds(string text) => text.Contains(Planted, StringComparison.Ordinal) || text.Contains("PGPASSWORD", StringComparison.Ordinal);

    private static IEnumerable<string> PassFiles(IEnumerable<(string CommandLine, string Environment)> children) =>
        children.SelectMany(child => child.Environment.Split('\0')).Where(variable => variable.StartsWith("PGPASSFILE=", StringComparison.Ordinal)).Select(variable => variable["PGPASSFILE=".Length..]).Distinct();

    private static IEnumerable<(string CommandLine, string Environment)> Children()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc").Where(directory => int.TryParse(Path.GetFileName(directory), out _)))
        {
            if (Read(Path.Combine(directory, "stat")) is not { } stat) continue;
            var parent = stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1];
            if (parent == $"{Environment.ProcessId}" && Read(Path.Combine(directory, "cmdline")) is { } commandLine && Read(Path.Combine(directory, "environ")) is { } environment) yield return (commandLine, environment);
        }
    }

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path, Encoding.UTF8);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It ended in between, or it is another user's.
            return null;
        }
    }

    private async Task<DatabaseAccess> CreateAsync()
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        await postgres.AdminAsync($"ALTER ROLE {SqlText.Name(access.Target.User!)} PASSWORD {SqlText.Value(Planted)}");
        return postgres.Access(access.Target.Name!, new DatabaseCredential(access.Target.User!, Planted));
    }
}
