using UpgradeModule.Engine.Deployments.Clones;

namespace UpgradeModule.Tests.Deployments;

public class RoomMountsTests
{
    private const string Folder = "/srv/app/.upgrademodule/um-rehearsal-x";

    [Fact]
    public void Every_mount_becomes_read_only_with_the_options_that_it_has()
    {
        string[] lines =
        [
            "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw", "22 27 0:21 / /proc rw - proc proc rw", "30 27 8:1 / /srv/my\\040data rw,nosuid,noexec shared:3 - ext4 /dev/sda1 rw",
            "49 27 0:31 / /tmp rw,nosuid,nodev - tmpfs tmpfs rw",
        ];

        var fixes = RoomMounts.Fixed(lines, Folder);

        Assert.Equal([new RoomMount("fix", "/", ",relatime"), new RoomMount("fix", "/srv/my data", ",nosuid,noexec"), new RoomMount("fix", "/tmp", ",nosuid,nodev")], fixes);
    }

    [Fact]
    public void The_copy_of_the_working_directory_stands_where_the_deployment_has_its_own_and_its_data_are_hidden()
    {
        var mounts = RoomMounts.Furnished(Folder, [("./app", "/srv/app")], ["/usr/bin"], ["/var/lib/app/data.db", "/srv/app/other.db", Folder + "/data/data.db"], "/tmp/");

        var order = mounts.Select(mount => (mount.Kind, mount.What, mount.More)).ToList();
        Assert.Contains(("bind", "./app", "/srv/app"), order);
        Assert.True(order.IndexOf(("bind", "./app", "/srv/app")) < order.IndexOf(("empty", "/srv/app/.upgrademodule", "mode=0755")));
        Assert.True(order.IndexOf(("empty", "/srv/app/.upgrademodule", "mode=0755")) < order.IndexOf(("bind", ".", Folder)));
        Assert.Equal(["/var/lib/app/data.db"], mounts.Where(mount => mount.Kind == "hide").Select(mount => mount.What));
    }

    [Theory]
    [InlineData("127.0.0.1 localhost\n127.0.1.1\tbox.example.org box # mine\n", "127.0.0.1 localhost\n127.0.1.1\tbox.example.org box # mine\n")]
    [InlineData("127.0.0.1 localhost\n# 10.0.0.1 box\n", "127.0.0.1 localhost\n# 10.0.0.1 box\n127.0.0.1\tbox\n")]
    public void The_machines_own_name_has_an_address_in_a_room(string hosts, string expected) => Assert.Equal(expected, RoomMounts.Hosts(hosts, "box"));

    [Fact]
    public void Sockets_outside_of_what_is_covered_are_found_by_their_paths()
    {
        string[] lines = ["Num       RefCount Protocol Flags    Type St Inode Path", "0000: 00000002 00000000 00010000 0001 01 1 /run/docker.sock", "0000: 00000002 00000000 00010000 0001 01 2 /var/lib/mysql/my sql.sock", "0000: 00000003 00000000 00000000 0001 03 3", "0000: 00000002 00000000 00010000 0001 01 4 @abstract"];

        Assert.Equal(["/var/lib/mysql/my sql.sock"], RoomMounts.Sockets(lines));
    }

    [SkippableFact]
    public void What_a_covered_folder_has_of_programs_is_kept_in_view()
    {
        Skip.If(OperatingSystem.IsWindows(), "Rooms are Linux's.");
        var folder = Directory.CreateDirectory(Path.Combine("/tmp", "um-test-" + Guid.NewGuid().ToString("N")[..8])).FullName;
        try
        {
            var mounts = RoomMounts.Furnished(Folder, [("./app", "/srv/app")], [folder, "/usr/bin", "/tmp/nothing-there"], [], "/tmp");

            Assert.Equal(new RoomMount("bind", folder, "./keep/0"), mounts[0]);
            Assert.Contains(new RoomMount("bind", "./keep/0", folder), mounts);
            Assert.DoesNotContain(mounts, mount => mount.More.Contains("/keep/1", StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(folder);
        }
    }
}
