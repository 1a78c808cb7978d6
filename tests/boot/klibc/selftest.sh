#!/bin/sh
# Prints SELFTEST <what> ok|FAIL <details> for a guest that has klibc's programs only: no checksums,
# so what goes over disks and the network is left on the disks for the host to compare. The kernel's
# command line says what to do:
#   scratch=DISK               write to that disk and read it back
#   copy=FROM:TO               copy a whole disk to another one
#   collect=CD:DISK            copy a CD's files and what http names to DISK, an ext file system
#   http=ADDRESS:PORT/PATH     fetch that (the kernel has set up the network: ip=dhcp)
result() { # WHAT STATUS DETAILS
	case $2 in 0) word=ok ;; *) word=FAIL ;; esac
	echo "SELFTEST $1 $word $3"
}

field() { # FILE NAME: what follows the first "NAME :"
	while IFS= read -r line; do
		case $line in "$2"*:*)
			value=${line#*:}
			echo ${value}
			return
			;;
		esac
	done <"$1"
}

forget() { sync; echo 3 >/proc/sys/vm/drop_caches; }

scratch= copy= collect= http=
for word in $(cat /proc/cmdline); do
	case $word in scratch=* | copy=* | collect=* | http=*) eval "${word%%=*}='${word#*=}'" ;; esac
done

result cpu 0 "$(field /proc/cpuinfo cpu), $(field /proc/cpuinfo fpu)"
result memory 0 "$(field /proc/meminfo MemTotal)"
names=$(while read -r kind rest; do
	case $kind in N:) echo -n "${rest#Name=} " ;; esac
done </proc/bus/input/devices)
result input 0 "$names"
result screen 0 "$(cat /proc/fb)"

if [ -n "$scratch" ]; then
	# 64 bytes a line, 50 sectors in all
	line=1000
	while [ $line -lt 1400 ]; do
		echo "line $line: what this selftest writes to a disk and reads again."
		line=$((line + 1))
	done >/tmp/text
	cat /tmp/text >/dev/$scratch
	forget
	text=$(cat /tmp/text) back=$(dd if=/dev/$scratch bs=512 count=50 2>/dev/null)
	[ "$text" = "$back" ]
	result scratch-$scratch $? "${#back} bytes"
fi

if [ -n "$copy" ]; then
	from=${copy%:*} to=${copy#*:}
	cat /dev/$from >/dev/$to
	result copy-$from-$to $? "$(cat /sys/block/$from/size) sectors"
	forget
fi

if [ -n "$http" ]; then
	rest=${http#*:}
	fetch ${http%%:*} ${rest%%/*} /${rest#*/} >/tmp/fetched 2>/tmp/said
	result http $? "$(cat /tmp/said)"
fi

if [ -n "$collect" ]; then
	cd=${collect%:*} disk=${collect#*:}
	mkdir /tmp/cd /tmp/disk
	mount -t iso9660 -o ro /dev/$cd /tmp/cd && mount -t ext4 /dev/$disk /tmp/disk
	status=$? count=0
	mkdir /tmp/disk/folder
	for file in /tmp/cd/*; do
		cat "$file" >"/tmp/disk/folder/${file##*/}" || status=1
		count=$((count + 1))
	done
	[ -z "$http" ] || cat /tmp/fetched >/tmp/disk/fetched || status=1
	number=0
	while [ $number -lt 40 ]; do
		echo "small file $number" >/tmp/disk/new$number
		mv /tmp/disk/new$number /tmp/disk/small$number || status=1
		number=$((number + 1))
	done
	umount /tmp/cd && umount /tmp/disk || status=1
	result collect-$cd-$disk $status "$count files"
fi

trouble=$(dmesg | while IFS= read -r line; do
	case $line in *error* | *imeout* | *"timed out"* | *rror:* | *reset:*) echo -n "$line; " ;; esac
done)
[ -z "$trouble" ]
result kernel-messages $? "$trouble"
