using System.Text;
using UpgradeModule.Engine.Databases.MySql;

namespace UpgradeModule.Tests.Databases.MySql;

/// <summary>The rows of a dump are counted wherever its bytes are cut, whatever stands in values and names.</summary>
public class DumpFilterTests
{
    private const string Dump = """
        /*M!999999\- enable the sandbox mode */ 
        -- MariaDB dump
        CREATE TABLE `t` (
          `a` int DEFAULT 5
        ) COMMENT='INSERT INTO `t` VALUES (1),(2);';
        INSERT INTO `t` VALUES
        (1,'a;b'),
        (2,'it\'s (x),(y)'),
        (3,'it''s \\'),(4,NULL);
        INSERT INTO `o``dd; VALUES (1)` (`a``b`, `VALUES`) VALUES (1,0x27),(2,_binary ')\n(');
        INSERT INTO `t` VALUES (5,POINT(1,2));
        ALTER DATABASE `live``x` CHARACTER SET latin1 COLLATE latin1_swedish_ci ;
        DELIMITER ;;
        CREATE PROCEDURE p() BEGIN
        INSERT INTO `t` VALUES (1),(2);
        END ;;
        ALTER DATABASE `other` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ;;
        DELIMITER ;
        INSERT INTO `last` VALUES ('V');
        -- Dump completed on 2026-11-22  4:47:45

        """;

    [Fact]
    public async Task Rows_are_counted_and_two_lines_changed_wherever_the_bytes_are_cut()
    {
        var bytes = Encoding.UTF8.GetBytes(Dump.ReplaceLineEndings("\n"));
        var expected = Dump.ReplaceLineEndings("\n").Replace("/*M!999999\\- enable the sandbox mode */ \n", "", StringComparison.Ordinal).Replace("DATABASE `live``x` ", "DATABASE ", StringComparison.Ordinal).Replace("DATABASE `other` ", "DATABASE ", StringComparison.Ordinal);
        for (var size = 1; size < 70; size++)
        {
            var filter = new DumpFilter();
            var output = new MemoryStream();
            await filter.RunAsync(new Pieces(bytes, size), output.WriteAsync, CancellationToken.None);
            Assert.Equal(expected, Encoding.UTF8.GetString(output.ToArray()));
            Assert.Equal(new Dictionary<string, long> { ["t"] = 5, ["o`dd; VALUES (1)"] = 2, ["last"] = 1 }, filter.Rows);
            Assert.True(filter.IsComplete);
        }
    }

    [Fact]
    public async Task A_dump_that_broke_off_is_not_whole()
    {
        var filter = new DumpFilter();
        await filter.RunAsync(new MemoryStream("INSERT INTO `t` VALUES (1,'x"u8.ToArray()), (_, _) => ValueTask.CompletedTask, CancellationToken.None);
        Assert.False(filter.IsComplete);
    }

    [Theory]
    [InlineData("mysqldump  Ver 8.0.36 for Linux on x86_64 (MySQL Community Server - GPL)", "MySQL 8.0", "8.0.36")]
    [InlineData("mysqldump  Ver 10.13 Distrib 5.7.44, for Linux (x86_64)", "MySQL 5.7", "5.7.44")]
    [InlineData("mysqldump  Ver 10.19 Distrib 10.11.6-MariaDB, for debian-linux-gnu (x86_64)", "MariaDB 10.11", "10.11.6-MariaDB")]
    [InlineData("mariadb-dump from 11.4.2-MariaDB, client 10.19 for debian-linux-gnu (x86_64)", "MariaDB 11.4", "11.4.2-MariaDB")]
    [InlineData("mysql  Ver 15.1 Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64) using  EditLine wrapper", "MariaDB 10.11", "10.11.19-MariaDB")]
    public void Programs_tell_whose_they_are_and_how_old(string line, string name, string version)
    {
        var read = MySqlVersion.OfProgram(line)!;
        Assert.Equal((name, version), (read.Name, read.Text));
    }

    private sealed class Pieces(byte[] bytes, int most) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..Math.Min(buffer.Length, most)], cancellationToken);
    }
}
