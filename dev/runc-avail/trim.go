package main

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
)

// names are the capabilities in the order of their numbers (linux/capability.h).
var names = strings.Fields(`CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE
NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT
SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP
MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE`)

// object is a JSON object whose members are kept byte for byte unless they are set.
type object map[string]json.RawMessage

// trim rewrites the file without the capabilities that this process cannot give.
func trim(file string) error {
	withheld, err := withheld()
	if err != nil || len(withheld) == 0 {
		return err
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var document object
	if err := json.Unmarshal(data, &document); err != nil {
		return err
	}
	if _, bundle := document["process"]; bundle {
		err = document.edit("process", func(process object) error { return trimProcess(process, withheld) })
	} else {
		err = trimProcess(document, withheld)
	}
	if err != nil {
		return err
	}
	if data, err = json.Marshal(document); err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o600)
}

func trimProcess(process object, withheld []string) error {
	if _, asked := process["capabilities"]; !asked {
		return nil
	}
	return process.edit("capabilities", func(sets object) error {
		for kind, raw := range sets {
			var set []string
			if err := json.Unmarshal(raw, &set); err != nil {
				return err
			}
			set = slices.DeleteFunc(set, func(c string) bool { return slices.Contains(withheld, c) })
			trimmed, err := json.Marshal(set)
			if err != nil {
				return err
			}
			sets[kind] = trimmed
		}
		return nil
	})
}

func (o object) edit(member string, change func(object) error) error {
	var inner object
	if err := json.Unmarshal(o[member], &inner); err != nil {
		return err
	}
	if err := change(inner); err != nil {
		return err
	}
	data, err := json.Marshal(inner)
	o[member] = data
	return err
}

// withheld lists the capabilities that are not in this process's bounding set.
func withheld() ([]string, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return nil, err
	}
	_, rest, found := strings.Cut(string(status), "CapBnd:")
	if !found {
		return nil, errors.New("no CapBnd in /proc/self/status")
	}
	bounding, err := strconv.ParseUint(strings.Fields(rest)[0], 16, 64)
	if err != nil {
		return nil, err
	}
	var missing []string
	for number, name := range names {
		if bounding>>number&1 == 0 {
			missing = append(missing, "CAP_"+name)
		}
	}
	return missing, nil
}
