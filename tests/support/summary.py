"""Reads CTest's JUnit report and prints what ./dev test ends with."""
import os
import sys
import xml.etree.ElementTree as ET

report, screenshots = sys.argv[1:3]
if not os.path.exists(report):
    print("0 passed, 1 failed")
    sys.exit(1)
cases = ET.parse(report).getroot().findall("testcase")
skipped = [c for c in cases if c.find("skipped") is not None or c.get("status") in ("disabled", "notrun")]
failed = [c for c in cases if c.find("failure") is not None or c.get("status") == "fail"]
passed = len(cases) - len(failed) - len([c for c in skipped if c not in failed])
print("Slowest:")
for case in sorted(cases, key=lambda c: -float(c.get("time") or 0))[:5]:
    print(f"  {float(case.get('time') or 0):7.2f} s  {case.get('name')}")
for case in failed:
    print("FAILED", case.get("name"))
shots = sorted(os.listdir(screenshots)) if os.path.isdir(screenshots) else []
print(f"Screenshots: {screenshots} ({len(shots)})")
count = len([c for c in skipped if c not in failed])
print(f"{passed} passed, {len(failed)} failed" + (f", {count} skipped" if count else ""))
sys.exit(1 if failed or not cases else 0)
