using FsCheck;
using FsCheck.Fluent;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.Postgres;
using UpgradeModule.Engine.Databases.Postgres.Managed.Restore;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases.Managed;

[Collection("PostgresManaged")]
public class RandomDatabaseTests(PostgresFixture postgres)
{
    private const int Tries = 8;

    [SkippableFact]
    public async Task Whatever_is_in_a_database_it_is_the_same_again()
    {
        postgres.Require();
        var oracle = new Oracle(postgres);
        foreach (var (random, number) in RandomDatabase.Any().Sample(Tries, Tries).Select((random, number) => (random, number)))
        {
            var name = $"random{number}_{Guid.NewGuid().ToString("N")[..6]}";
            await postgres.AdminAsync($"CREATE DATABASE {name}", $"CREATE DATABASE {name}_r TEMPLATE template0");
            foreach (var statement in random.Statements) await postgres.AdminInAsync(name, statement);
            using var folder = new TempFolder();
            var access = postgres.Access(name, postgres.Superuser);
            var compression = (BackupCompression)(number % 3);
            var dump = await postgres.Open(access).DumpAsync(folder.Path, [], new BackupOptions { Engine = BackupEngine.Managed, Compression = compression, Jobs = 1 + (number % 4) }, new RecordingOperation(), CancellationToken.None);
            IArchiveReader reader = new ManagedArchive(dump.Format);
            var file = reader.FileOf(new BackupContent { Directory = folder.Path, Format = dump.Format, Files = dump.Files });
            var complaint = await reader.RestoreAsync(file, await reader.ReadFactsAsync(file, CancellationToken.None), new PostgresServer(postgres.Access(name + "_r", postgres.Superuser)).Live, RestoreMode.Full, null, CancellationToken.None);
            Assert.True(complaint is null, $"{complaint}\n{random}");
            try
            {
                Oracle.AssertSame(await oracle.TextAsync(name, whole: false), await oracle.TextAsync(name + "_r", whole: false));
            }
            catch (Xunit.Sdk.FailException failure)
            {
                throw new Xunit.Sdk.XunitException($"{failure.Message}\n{random}");
            }

            await postgres.AdminAsync($"DROP DATABASE {name}", $"DROP DATABASE {name}_r");
        }
    }
}
