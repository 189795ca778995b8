@echo off
rem The Hyper-SD command on Windows, as ./hypersd is elsewhere: it builds the project when that is missing, and then starts it. Changed
rem sources are not noticed here: "mvnw.cmd -pl dist -am package -DskipTests" builds them.
setlocal
set "home=%~dp0"
set "built=%home%dist\target"
set "jar=%built%\hypersd.jar"
set "cache=%built%\hypersd.aot"
set "options=--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -XX:+UseSerialGC -Xlog:disable -Xlog:all=error,aot*=off,cds*=off:stderr"

if not defined JAVA_HOME for /f "delims=" %%j in ('where javac 2^>nul') do if not defined JAVA_HOME set "JAVA_HOME=%%~dpj.."
if not defined JAVA_HOME goto missing
findstr /r "JAVA_VERSION=.2[5-9] JAVA_VERSION=.[3-9][0-9]" "%JAVA_HOME%\release" >nul 2>nul || goto missing

if exist "%jar%" goto start
echo Building Hyper-SD. The first time fetches about 300 MB of libraries, which take 780 MB more when they are unpacked. 1>&2
call "%home%mvnw.cmd" -q -B -f "%home%pom.xml" -pl dist -am package -DskipTests 1>&2 || exit /b 1
rem A first run unpacks the native libraries; the JVM notes which classes it used, and starts from that note afterwards.
if exist "%cache%" del "%cache%"
"%JAVA_HOME%\bin\java" %options% -XX:AOTCacheOutput="%cache%" -jar "%jar%" generate "a red boat" --steps 1 --out "%cache%.png" >nul 2>nul || if exist "%cache%" del "%cache%"
if exist "%cache%.png" del "%cache%.png"

:start
rem Drawing waits for native code, and ends before the JVM's second compiler has paid for itself.
if "%~1"=="generate" set "options=%options% -XX:TieredStopAtLevel=1"
"%JAVA_HOME%\bin\java" %options% -XX:AOTCache="%cache%" -jar "%jar%" %*
exit /b %ERRORLEVEL%

:missing
echo Hyper-SD needs JDK 25 or newer and found none: install one (https://adoptium.net) or set JAVA_HOME to it. 1>&2
exit /b 1
